package dev.eddy.app.models;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.DecoderSpec;
import dev.eddy.model.EngineSpec;
import dev.eddy.model.Feature;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.SpecJson;
import dev.eddy.model.Task;
import dev.eddy.network.LiveModel;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** What a verified model file holds, for people and for programs. */
public final class ModelReport {
    private final ModelFile file;
    private final LiveModel live;

    private ModelReport(ModelFile file, LiveModel live) {
        this.file = file;
        this.live = live;
    }

    /**
     * Verifies a model: compiles it and runs its probes.
     *
     * @throws dev.eddy.model.InvalidModelException if it could not go live
     */
    public static ModelReport of(ModelFile file) {
        return new ModelReport(file, LiveModel.compile(file.id(), file.spec(), file));
    }

    /** The facts, by name, in the order in which they are shown. */
    public Map<String, Object> facts() {
        ModelSpec spec = file.spec();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("model", file.id().label());
        facts.put("fingerprint", file.fingerprint().toString());
        facts.put("features", spec.features().stream().map(this::feature).toList());
        if (spec.engine() == null) {
            facts.put("layers", spec.layers().stream().map(this::layer).toList());
        } else {
            facts.put("engine", live.network().engine() + ", whose arithmetic it is");
            facts.put("graph", graph(spec.engine()));
            facts.put(
                    "states",
                    spec.engine().states().stream().map(ModelReport::state).toList());
        }
        if (spec.decoder() != null) {
            facts.put("decoder", decoder(spec.decoder()));
        } else if (spec.heads().isEmpty()) {
            facts.put("head", head(spec.head()));
        } else {
            facts.put("heads", spec.heads().stream().map(this::head).toList());
        }
        facts.put("task", task(spec.task()));
        facts.put("emits", emits(spec));
        if (spec.lookAhead() != null) {
            facts.put("lookAhead", spec.lookAhead());
        }
        if (spec.maxLength() != null) {
            facts.put("maxLength", spec.maxLength());
        }
        if (spec.engine() == null) {
            facts.put("parameters", parameters(file.tensors().keySet()));
            facts.put("weights", weights());
        }
        facts.put("stateBytesPerKey", StateCodec.size(new SequenceState(live)));
        facts.put("fileBytes", file.bytes().length);
        facts.put("probes", probes(spec));
        if (!spec.stateOf().isEmpty()) {
            facts.put("carriesStatesOf", spec.stateOf());
        }
        if (spec.warmUp() != null) {
            facts.put("warmUp", spec.warmUp());
        }
        return facts;
    }

    /** One line for each fact. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        facts().forEach((name, value) -> {
            if (value instanceof List<?> list) {
                lines.add(name);
                list.forEach(item -> lines.add("  " + item));
            } else {
                lines.add(String.format("%-16s  %s", name, value));
            }
        });
        return lines;
    }

    private String feature(Feature feature) {
        if (feature instanceof Feature.Numeric number) {
            return number.field() + ": number, (x - " + number.mean() + ") / " + number.std() + missing(feature);
        } else if (feature instanceof Feature.Category category) {
            return category.field() + ": one of " + category.values() + ", any other counts as unknown"
                    + missing(feature);
        } else if (feature instanceof Feature.Token token) {
            if (token.embedding() == null) {
                return token.field() + ": token (" + meaning(token, file.spec().idsOf(token)) + ")" + missing(feature);
            }
            int[] shape = file.shape(token.embedding());
            return token.field() + ": token (" + meaning(token, shape[0]) + "), embedded in " + shape[1] + " numbers"
                    + missing(feature);
        } else if (feature instanceof Feature.Vector vector) {
            String scaled = vector.mean() == null ? "" : ", each normalised by its mean and std";
            return vector.field() + ": list of " + vector.length() + " numbers" + scaled + missing(feature);
        }
        return "event time: sine and cosine of " + ((Feature.Time) feature).of();
    }

    private static String meaning(Feature.Token token, Integer ids) {
        if (!token.vocabulary().isEmpty()) {
            return "text, a vocabulary of " + token.vocabulary().size();
        }
        return "integer id from 0" + (ids == null ? "" : " to " + (ids - 1));
    }

    private String graph(EngineSpec engine) {
        List<String> inputs = engine.inputs().stream()
                .map(input -> input.name() + " " + Arrays.toString(input.shape()))
                .toList();
        return Tensor.elements(file.shape(engine.graph())) + " bytes of ONNX, " + String.join(", ", inputs) + " -> "
                + engine.output();
    }

    private static String state(EngineSpec.State state) {
        return state.input() + " -> " + state.output() + " " + Arrays.toString(state.shape());
    }

    private static String missing(Feature feature) {
        return switch (feature.missing()) {
            case REJECT -> "";
            case ZERO -> "; zero where missing";
            case PREVIOUS -> "; the previous one where missing";
        };
    }

    private String layer(LayerSpec layer) {
        String function = layer.activation() == null
                ? ""
                : " " + layer.activation().function().spelling();
        String direction = !layer.readsBackward()
                ? ""
                : layer.direction() == LayerSpec.Direction.BOTH ? ", reads both ways" : ", reads backward";
        return layer.cell().spelling() + function + " " + layer.input() + " -> " + layer.outputSize() + ", "
                + parameters(layer.tensors().values()) + " parameters"
                + direction
                + (layer.resetsAfterProduct() ? "" : ", reset before the product")
                + (layer.options() == null ? "" : ", " + SpecJson.write(layer.options()));
    }

    private String head(HeadSpec head) {
        List<String> names = new ArrayList<>();
        names.add(head.weight());
        names.add(head.bias());
        boolean inGraph = file.spec().engine() != null && file.spec().engine().headInGraph();
        String map = head.weight() == null
                ? inGraph ? "in the graph" : "values of the last layer"
                : "linear to " + head.output() + ", "
                        + parameters(names.stream().filter(Objects::nonNull).toList()) + " parameters";
        String function = head.kind() == HeadSpec.Kind.LINEAR
                ? ""
                : ", then " + head.kind().spelling();
        return map
                + function
                + (head.mean() == null ? "" : ", de-normalised")
                + (head.labels().isEmpty() ? "" : ", labels " + head.labels());
    }

    private List<String> decoder(DecoderSpec decoder) {
        List<String> lines = new ArrayList<>();
        lines.add(
                decoder.feedback() instanceof DecoderSpec.Tokens tokens
                        ? "reads its own tokens from '" + tokens.start() + "' on, until "
                                + (tokens.end() == null ? "there are " : "'" + tokens.end() + "' or ") + decoder.limit()
                        : "reads its own vectors from "
                                + ((DecoderSpec.Numbers) decoder.feedback())
                                        .start()
                                        .meaning() + " on, gives "
                                + decoder.limit());
        lines.add(
                decoder.context() == DecoderSpec.Context.EVERY
                        ? "starts from the encoder's state and reads its output at every step"
                        : "starts from the encoder's state");
        decoder.layers().forEach(layer -> lines.add(layer(layer)));
        lines.add(head(decoder.head()));
        return lines;
    }

    private String task(Task task) {
        if (task instanceof Task.Predict predict) {
            return "predict " + predict.fields() + ", " + predict.horizon() + " events ahead";
        }
        if (task instanceof Task.Tag tag) {
            return "tag each event with one of " + live.readout().labels().size() + " labels"
                    + (tag.blank() == null ? "" : ", '" + tag.blank() + "' is the blank");
        }
        if (live.decoder() != null) {
            return "a list for each sequence";
        }
        return task instanceof Task.Language ? "how probable each token was, and the perplexity so far" : "values";
    }

    private static String emits(ModelSpec spec) {
        String end =
                "a tombstone" + (spec.endField() == null ? "" : " or an event whose '" + spec.endField() + "' is true");
        if (spec.emit() == ModelSpec.Emit.END) {
            return "one output for a sequence" + longest(spec) + ", at its end: " + end;
        } else if (spec.maxLength() != null) {
            return "one output for each event of a sequence" + longest(spec) + ", at its end: " + end;
        }
        String when = spec.lookAhead() == null ? "" : ", when " + spec.lookAhead() + " later ones have come";
        return "one output for each event" + when + "; a sequence ends at " + end;
    }

    private static String longest(ModelSpec spec) {
        return spec.maxLength() == null ? "" : " of up to " + spec.maxLength() + " events";
    }

    private static String probes(ModelSpec spec) {
        return spec.probes().isEmpty() ? "none" : spec.probes().size() + " OK";
    }

    /** How many numbers there are of each type: {@code 4096 BF16, 132 F32}. */
    private String weights() {
        Map<Tensor.DType, Long> numbers = new EnumMap<>(Tensor.DType.class);
        file.tensors()
                .values()
                .forEach(tensor -> numbers.merge(tensor.dtype(), Tensor.elements(tensor.shape()), Long::sum));
        return numbers.entrySet().stream()
                .sorted(Map.Entry.<Tensor.DType, Long>comparingByValue().reversed())
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
    }

    private long parameters(java.util.Collection<String> names) {
        return names.stream()
                .mapToLong(name -> Tensor.elements(file.shape(name)))
                .sum();
    }
}
