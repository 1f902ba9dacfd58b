package dev.eddy.artifact.onnx;

import dev.eddy.model.Activation;
import dev.eddy.model.Activation.Function;
import dev.eddy.model.CellOptions;
import dev.eddy.model.LayerSpec.CellKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the attributes of a recurrent node say about its functions.
 *
 * @param activation the activation of an RNN; {@code null} for other cells
 * @param options    clipping, coupled gates and other than the usual activations; {@code null} for none
 */
record CellVariant(Activation activation, CellOptions options) {
    private static final Map<CellKind, List<Activation>> USUAL = Map.of(
            CellKind.LSTM, List.of(Activation.SIGMOID, Activation.TANH, Activation.TANH),
            CellKind.GRU, List.of(Activation.SIGMOID, Activation.TANH),
            CellKind.RNN, List.of(Activation.TANH));

    /** @param directions number of directions, whose functions must be the same */
    static CellVariant of(Call call, CellKind kind, int directions) {
        List<Activation> activations = activations(call, USUAL.get(kind), directions);
        boolean usual = activations.equals(USUAL.get(kind));
        boolean coupled = kind == CellKind.LSTM && call.number("input_forget", 0) != 0;
        CellOptions options = CellOptions.NONE
                .withActivations(usual || kind == CellKind.RNN ? null : activations)
                .withClip(clip(call))
                .withCoupled(coupled);
        return new CellVariant(
                kind == CellKind.RNN ? activations.get(0) : null, options.equals(CellOptions.NONE) ? null : options);
    }

    private static Float clip(Call call) {
        if (!call.has("clip")) {
            return null;
        }
        float clip = call.real("clip", 0);
        if (!(clip > 0) || Float.isInfinite(clip)) {
            throw call.refuse("its clip is " + clip + "; it must be above 0");
        }
        return clip;
    }

    private static List<Activation> activations(Call call, List<Activation> usual, int directions) {
        OnnxModel.Attribute given = call.node().attributes().get("activations");
        List<String> names = given == null || given.strings().isEmpty()
                ? Collections.nCopies(directions, usual).stream()
                        .flatMap(List::stream)
                        .map(activation -> activation.function().spelling())
                        .toList()
                : given.strings();
        int count = directions * usual.size();
        if (names.size() != count) {
            throw call.refuse("it has the activations " + Refusals.brief(names.toString()) + "; a layer of "
                    + (directions == 1 ? "one direction has " : "two directions has ") + count);
        }
        Parameters alpha = new Parameters(call, "activation_alpha");
        Parameters beta = new Parameters(call, "activation_beta");
        List<Activation> activations = new ArrayList<>();
        for (String name : names) {
            Function function = function(call, name);
            activations.add(
                    new Activation(function, alpha.next(function.takesAlpha()), beta.next(function.takesBeta())));
        }
        alpha.requireAllTaken();
        beta.requireAllTaken();
        activations.forEach(activation -> requireParameters(call, activation));
        List<Activation> first = List.copyOf(activations.subList(0, usual.size()));
        if (!first.equals(activations.subList(count - usual.size(), count))) {
            throw call.refuse("its two directions have different activations, " + Refusals.brief(names.toString())
                    + "; use the same for both, with the same alpha and beta");
        }
        return first;
    }

    private static Function function(Call call, String name) {
        for (Function function : Function.values()) {
            if (function != Function.IDENTITY && function.spelling().equalsIgnoreCase(name)) {
                return function;
            }
        }
        throw call.refuse("there is no activation '" + Refusals.brief(name.toLowerCase(Locale.ROOT))
                + "' for it; use Tanh, Sigmoid, Relu or another of the operator's");
    }

    /** Of these functions ONNX and its runtimes do not agree what the parameters are where they are not given. */
    private static void requireParameters(Call call, Activation activation) {
        boolean open = switch (activation.function()) {
            case THRESHOLDED_RELU -> activation.alpha() == null;
            case SCALED_TANH, AFFINE -> activation.alpha() == null || activation.beta() == null;
            default -> false;
        };
        if (open) {
            boolean one = activation.function() == Function.THRESHOLDED_RELU;
            throw call.refuse("its activation " + activation.function().spelling()
                    + " has no parameters, for which runtimes take different ones ("
                    + (one ? "alpha is 1 by the ONNX text and 0 in onnxruntime" : "they are 0 in onnxruntime")
                    + "); give activation_alpha" + (one ? "" : " and activation_beta"));
        }
    }

    /** A list of parameters, of which each activation that has one takes the next. */
    private static final class Parameters {
        private final Call call;
        private final String name;
        private final float[] values;
        private int taken;

        Parameters(Call call, String name) {
            OnnxModel.Attribute given = call.node().attributes().get(name);
            this.call = call;
            this.name = name;
            this.values = given == null ? new float[0] : given.floats();
        }

        Float next(boolean takes) {
            return takes && taken < values.length ? (Float) values[taken++] : null;
        }

        void requireAllTaken() {
            if (taken != values.length) {
                throw call.refuse("its " + name + " has " + values.length + " numbers, of which its activations take "
                        + taken + "; give one for each activation that has such a parameter, in their order");
            }
        }
    }
}
