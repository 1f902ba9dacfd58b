package dev.eddy.network;

import dev.eddy.kernel.Kernels;
import dev.eddy.model.DecoderSpec;
import dev.eddy.model.DecoderSpec.Context;
import dev.eddy.model.DecoderSpec.Part;
import dev.eddy.model.Feature;
import dev.eddy.model.FeatureEncoder;
import dev.eddy.model.HeadSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.LayerSpec;
import dev.eddy.model.ModelSpec;
import dev.eddy.model.UnknownRule;
import dev.eddy.model.Weights;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Builds the decoder a spec describes, on the network that is its encoder. */
final class DecoderCompiler {
    private final ModelSpec spec;
    private final DecoderSpec decoder;
    private final Weights weights;
    private final CellNetwork encoder;

    private DecoderCompiler(ModelSpec spec, Weights weights, CellNetwork encoder) {
        this.spec = spec;
        this.decoder = spec.decoder();
        this.weights = weights;
        this.encoder = encoder;
    }

    /**
     * Compiles a decoder.
     *
     * @param features remembers what {@link DecoderFields#remembered} names
     * @throws InvalidModelException if spec, weights and encoder do not fit together
     */
    static Decoder compile(ModelSpec spec, Weights weights, Network encoder, FeatureEncoder features) {
        if (!(encoder instanceof CellNetwork cells) || encoder.readsBackward()) {
            throw new InvalidModelException("the decoder starts from the states of Eddy's own layers that read forward;"
                    + " this encoder has others");
        }
        return new DecoderCompiler(spec, weights, cells).decoder(features);
    }

    private Decoder decoder(FeatureEncoder features) {
        int context = encoder.outputSize();
        int top = topWidth();
        Embedding embedding = decoder.feedback() instanceof DecoderSpec.Tokens tokens ? embedding(tokens) : null;
        int feedback = embedding == null ? numbersFedBack(top, context) : embedding.width();
        int input = feedback + (decoder.context() == Context.EVERY ? context : 0);
        List<Part> reads = decoder.headReads().isEmpty() ? List.of(Part.OUTPUT) : decoder.headReads();
        int read = reads.stream()
                .mapToInt(part -> width(part, top, feedback, context))
                .sum();
        Network layers = network(input, decoder.layers(), HeadSpec.NONE);
        if (!(layers instanceof CellNetwork cells) || layers.readsBackward() || !layers.isRecurrent()) {
            throw new InvalidModelException("the decoder needs a layer with a memory, and none that reads backward");
        }
        DecoderStart start = DecoderStart.compile(spec, weights, encoder, cells);
        Network head = network(read, List.of(), embedding == null ? decoder.head() : scores(decoder.head()));
        return new Decoder(encoder, start, layers, head, reads, loop(embedding, features, head.outputSize()));
    }

    private int topWidth() {
        if (decoder.layers().isEmpty()) {
            throw new InvalidModelException("the decoder has no layers");
        }
        return decoder.layers().get(decoder.layers().size() - 1).outputSize();
    }

    private static int width(Part part, int output, int feedback, int context) {
        return switch (part) {
            case OUTPUT -> output;
            case FEEDBACK -> feedback;
            case CONTEXT -> context;
        };
    }

    /** Width of a vector that is given and then read. */
    private int numbersFedBack(int top, int context) {
        if (decoder.head().weight() != null) {
            return decoder.head().output();
        } else if (decoder.headReads().contains(Part.FEEDBACK)) {
            throw new InvalidModelException("the decoder's head reads its own output but has no 'weight'");
        }
        return decoder.headReads().isEmpty()
                ? top
                : decoder.headReads().stream()
                        .mapToInt(part -> width(part, top, 0, context))
                        .sum();
    }

    /** A stack with a head over a vector, under the checks every network passes. */
    private Network network(int input, List<LayerSpec> layers, HeadSpec head) {
        Feature vector = new Feature.Vector("decoder", input, null, null, null);
        ModelSpec part =
                new ModelSpec(spec.name(), spec.version(), List.of(vector), layers, head, null, null, null, null);
        try {
            return NetworkCompiler.compile(part, weights);
        } catch (InvalidModelException e) {
            throw new InvalidModelException("decoder: " + e.getMessage(), e);
        }
    }

    /**
     * A head of tokens without its softmax: the order of the tokens is the same, and so is the log-probability, which is
     * worked out from the scores without going through a probability that may be rounded to zero.
     */
    private static HeadSpec scores(HeadSpec head) {
        if (head.kind() == HeadSpec.Kind.SIGMOID) {
            throw new InvalidModelException("a decoder of tokens has a sigmoid head, whose outputs are not one"
                    + " distribution; use softmax, logSoftmax or linear");
        } else if (head.mean() != null) {
            throw new InvalidModelException("a decoder of tokens has a head with mean and std; leave them out");
        }
        return new HeadSpec(HeadSpec.Kind.LINEAR, head.output(), head.weight(), head.bias(), null, null, null);
    }

    private Decoder.OutputLoop loop(Embedding embedding, FeatureEncoder features, int outputs) {
        if (embedding != null) {
            DecoderSpec.Tokens tokens = (DecoderSpec.Tokens) decoder.feedback();
            return new TokenLoop(
                    embedding.table(),
                    embedding.width(),
                    vocabulary(tokens, embedding.ids(), outputs),
                    decoder.limit());
        }
        if (!decoder.head().labels().isEmpty()) {
            throw new InvalidModelException("a decoder of numbers has no labels; leave them out of its head");
        }
        DecoderFields fields = DecoderFields.of(decoder, spec.features(), outputs);
        boolean last = ((DecoderSpec.Numbers) decoder.feedback()).start() == DecoderSpec.Numbers.First.LAST;
        return new NumberLoop(fields, last ? fields.placesIn(features) : null, decoder.limit());
    }

    /** E, its activation applied. */
    private record Embedding(int ids, int width, float[] table) {} // table (ids, width)

    private Embedding embedding(DecoderSpec.Tokens tokens) {
        if (tokens.embedding() == null) {
            throw new InvalidModelException("the decoder's feedback names no 'embedding' tensor");
        }
        int[] shape = weights.shape(tokens.embedding());
        if (shape.length != 2 || shape[0] < 1 || shape[1] < 1 || shape[0] > Feature.Token.MAX_IDS) {
            throw new InvalidModelException("the decoder's embedding '" + tokens.embedding() + "' has the shape "
                    + Arrays.toString(shape) + ", not (ids, width)");
        }
        float[] table = weights.floats(tokens.embedding(), shape);
        if (tokens.activation() != null) {
            Functions.apply(Kernels.best(), tokens.activation(), table, 0, table.length);
        }
        return new Embedding(shape[0], shape[1], table);
    }

    private TokenLoop.Vocabulary vocabulary(DecoderSpec.Tokens tokens, int ids, int outputs) {
        List<String> labels = decoder.head().labels();
        if (outputs > ids) {
            throw new InvalidModelException("the decoder gives " + outputs + " tokens but its embedding has only " + ids
                    + " rows; it could not read what it gives");
        } else if (!labels.isEmpty() && labels.size() != outputs) {
            throw new InvalidModelException("the decoder's head has " + labels.size() + " labels but " + outputs
                    + " outputs; give one for each");
        }
        List<String> texts = labels.isEmpty()
                ? IntStream.range(0, outputs).mapToObj(Integer::toString).toList()
                : labels;
        BitSet banned = banned(tokens, labels, outputs);
        int end = tokens.end() == null ? -1 : id(tokens.end(), labels, outputs);
        if (end >= 0 && banned.get(end)) {
            throw new InvalidModelException("the decoder's end token '" + tokens.end() + "' is banned");
        } else if (banned.cardinality() == outputs) {
            throw new InvalidModelException("every token of the decoder is banned; there is none to give");
        }
        return new TokenLoop.Vocabulary(texts, id(tokens.start(), labels, ids), end, banned);
    }

    /** Stand-ins for unknown words are never given: named ones, {@code <unk>}, and those of an encoder with this vocabulary. */
    private BitSet banned(DecoderSpec.Tokens tokens, List<String> labels, int outputs) {
        BitSet banned = new BitSet();
        tokens.banned().forEach(token -> banned.set(id(token, labels, outputs)));
        for (int id = 0; id < labels.size(); id++) {
            if (labels.get(id).toLowerCase(Locale.ROOT).equals("<unk>")) {
                banned.set(id);
            }
        }
        for (Feature feature : spec.features()) {
            if (feature instanceof Feature.Token token && !labels.isEmpty() && labels.equals(token.vocabulary())) {
                for (UnknownRule rule : token.unknown()) {
                    banned.set(labels.indexOf(rule.token()));
                }
            }
        }
        return banned;
    }

    private static int id(Object token, List<String> labels, int ids) {
        int id = token instanceof Integer number ? number : labels.indexOf(token.toString());
        if (id < 0) {
            throw new InvalidModelException("the decoder's token '" + token + "' is not among its head's labels"
                    + (labels.isEmpty() ? ", of which there are none; name it by its id" : ""));
        } else if (id >= ids) {
            throw new InvalidModelException(
                    "the decoder's token " + token + " is out of range; its ids are below " + ids);
        }
        return id;
    }
}
