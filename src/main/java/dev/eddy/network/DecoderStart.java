package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.kernel.Kernels;
import dev.eddy.kernel.Matrix;
import dev.eddy.model.Activation;
import dev.eddy.model.DecoderSpec.Initial;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The state s_0 a decoder begins with, made of the state h_T and the context c an encoder ends with. For the h of each layer
 * with a memory, and likewise for the c of an LSTM, one of
 *
 * <pre>
 *   s_0 = h_T of a layer of the encoder                     (Sutskever et al. 2014)
 *   s_0 = f(V h_T + b) or f(V c + b), f = tanh by default   bridge (Cho et al. 2014: tanh(V c))
 *   s_0 = 0
 * </pre>
 */
final class DecoderStart {
    /** Cells whose state is h and nothing else, which means the same to each of them. */
    private static final Set<CellKind> STATE_IS_H = EnumSet.of(CellKind.GRU, CellKind.MINIMAL_GRU, CellKind.RNN);

    private static final Kernel KERNEL = Kernels.best();
    private final List<Copy> copies;
    private final List<Bridge> bridges;

    /** Numbers of the encoder's state that go over as they are. */
    private record Copy(int from, int to, int count) {}

    /** A map into a part of the state. {@code from} is a place in the encoder's state; -1: the context. */
    private record Bridge(Matrix affine, Activation activation, int from, int to) {}

    private DecoderStart(List<Copy> copies, List<Bridge> bridges) {
        this.copies = List.copyOf(copies);
        this.bridges = List.copyOf(bridges);
    }

    /**
     * Reads what a spec says of the initial state.
     *
     * @throws InvalidModelException if the states do not fit each other or the bridges
     */
    static DecoderStart compile(ModelSpec spec, Weights weights, CellNetwork encoder, CellNetwork decoder) {
        Stack from = new Stack(spec.layers(), encoder);
        Stack to = new Stack(spec.decoder().layers(), decoder);
        return new Compiler(weights, from, to, encoder.outputSize())
                .compile(spec.decoder().initial());
    }

    /** Numbers {@link #begin} needs to work with. */
    int scratchSize() {
        return bridges.stream()
                .mapToInt(bridge -> Kernel.room(bridge.affine().rows()))
                .max()
                .orElse(0);
    }

    /**
     * Puts a decoder in its initial state.
     *
     * @param encoder the encoder's state
     * @param context c
     * @param state   receives s_0
     * @param scratch (scratchSize)
     */
    void begin(float[] encoder, float[] context, float[] state, float[] scratch) {
        Arrays.fill(state, 0f);
        for (Copy copy : copies) {
            System.arraycopy(encoder, copy.from(), state, copy.to(), copy.count());
        }
        for (Bridge bridge : bridges) {
            boolean fromContext = bridge.from() < 0;
            KERNEL.product(bridge.affine(), fromContext ? context : encoder, fromContext ? 0 : bridge.from(), scratch);
            int rows = bridge.affine().rows();
            Functions.apply(KERNEL, bridge.activation(), scratch, 0, rows);
            System.arraycopy(scratch, 0, state, bridge.to(), rows);
        }
    }

    /** Layers and where their states are. */
    private record Stack(List<LayerSpec> layers, CellNetwork network) {
        int at(int layer) {
            return network.stateAt(layer);
        }

        int size(int layer) {
            int next = layer + 1 < layers.size() ? network.stateAt(layer + 1) : network.stateSize();
            return next - network.stateAt(layer);
        }

        /** Indices of the layers with a memory. */
        List<Integer> stateful() {
            return IntStream.range(0, layers.size())
                    .filter(layer -> size(layer) > 0)
                    .boxed()
                    .toList();
        }

        /** Width of the h of a layer whose state begins with one. */
        int width(int layer) {
            LayerSpec spec = layers.get(layer);
            if (spec.cell() == CellKind.LSTM) {
                return size(layer) - spec.hidden();
            } else if (STATE_IS_H.contains(spec.cell())) {
                return spec.hidden();
            }
            throw new InvalidModelException("a bridge joins the states of lstm, gru, minimalGru and rnn layers, not of "
                    + spec.cell().spelling());
        }

        boolean isLstm(int layer) {
            return layers.get(layer).cell() == CellKind.LSTM;
        }

        String text(int layer) {
            return layers.get(layer).cell().spelling() + " layer " + layer + " (" + size(layer) + " numbers)";
        }
    }

    /** Turns what is said of each layer into copies and bridges. */
    private static final class Compiler {
        private final Weights weights;
        private final Stack encoder;
        private final Stack decoder;
        private final int context;
        private final List<Copy> copies = new ArrayList<>();
        private final List<Bridge> bridges = new ArrayList<>();

        Compiler(Weights weights, Stack encoder, Stack decoder, int context) {
            this.weights = weights;
            this.encoder = encoder;
            this.decoder = decoder;
            this.context = context;
        }

        DecoderStart compile(List<Initial> said) {
            List<Integer> layers = decoder.stateful();
            List<Integer> sources = encoder.stateful();
            if (said.isEmpty() && layers.size() != sources.size()) {
                throw new InvalidModelException(
                        "the decoder has " + layers.size() + " layers with a memory, the encoder " + sources.size()
                                + "; say with 'initial' what each of the decoder's begins with");
            } else if (!said.isEmpty() && said.size() != layers.size()) {
                throw new InvalidModelException("the decoder has " + layers.size() + " layers with a memory but "
                        + said.size() + " 'initial' states; give one for each");
            }
            for (int i = 0; i < layers.size(); i++) {
                if (said.isEmpty()) {
                    copy(sources.get(i), layers.get(i));
                } else {
                    begin(said.get(i), layers.get(i));
                }
            }
            return new DecoderStart(copies, bridges);
        }

        private void begin(Initial initial, int layer) {
            if (initial.layer() != null && !encoder.stateful().contains(initial.layer())) {
                throw new InvalidModelException("an 'initial' state of the decoder names layer " + initial.layer()
                        + "; the encoder's layers with a memory are " + encoder.stateful());
            } else if (initial.isBridge()) {
                bridge(initial, layer);
            } else if (!initial.isZero()) {
                copy(initial.layer(), layer);
            }
        }

        private void copy(int from, int to) {
            LayerSpec source = encoder.layers().get(from);
            LayerSpec target = decoder.layers().get(to);
            boolean alike = source.cell() == target.cell()
                    ? Objects.equals(
                                    source.variant().periods(), target.variant().periods())
                            && source.hidden() == target.hidden()
                    : STATE_IS_H.contains(source.cell()) && STATE_IS_H.contains(target.cell());
            if (!alike || encoder.size(from) != decoder.size(to)) {
                throw new InvalidModelException(
                        "the decoder's " + decoder.text(to) + " cannot begin with the state of the" + " encoder's "
                                + encoder.text(from) + "; name another layer, a bridge or zero in 'initial'");
            }
            copies.add(new Copy(encoder.at(from), decoder.at(to), decoder.size(to)));
        }

        private void bridge(Initial initial, int to) {
            if (decoder.isLstm(to) != (initial.cellWeight() != null)) {
                throw new InvalidModelException("the decoder's " + decoder.text(to) + " begins with a bridge "
                        + (decoder.isLstm(to)
                                ? "to h alone; give one to c as 'cellWeight'"
                                : "to c, which it does not have"));
            }
            Integer from = initial.layer();
            int width = from == null ? context : encoder.width(from);
            int own = decoder.width(to);
            Activation activation = Objects.requireNonNullElse(initial.activation(), Activation.TANH);
            int at = from == null ? -1 : encoder.at(from);
            bridges.add(
                    new Bridge(affine(initial.weight(), initial.bias(), own, width), activation, at, decoder.at(to)));
            if (initial.cellWeight() == null) {
                return;
            } else if (from != null && !encoder.isLstm(from)) {
                throw new InvalidModelException("a bridge to c starts from the encoder's " + encoder.text(from)
                        + ", which has none; start it from the context or an lstm layer");
            }
            int hidden = decoder.size(to) - own;
            int cells = from == null ? context : encoder.size(from) - width;
            Matrix cell = affine(initial.cellWeight(), initial.cellBias(), hidden, cells);
            bridges.add(new Bridge(cell, activation, from == null ? -1 : at + width, decoder.at(to) + own));
        }

        private Matrix affine(String weight, String bias, int rows, int columns) {
            float[] elements = weights.floats(weight, rows, columns);
            float[] addend = bias == null ? new float[rows] : weights.floats(bias, rows);
            return KERNEL.pack(addend, elements, columns);
        }
    }
}
