package dev.eddy.network;

import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Decoded;
import dev.eddy.model.DecoderSpec.Part;
import java.util.List;

/**
 * The second half of an encoder-decoder. The encoder is the model's network; T is the last event of the sequence, h_T and c its
 * state and its last layer's output there:
 *
 * <pre>
 *   s_0 = initial(h_T, c)                          {@link DecoderStart}
 *   x_t = y_(t-1)                                  context 'start' (Sutskever et al. 2014)
 *   x_t = [y_(t-1), c]                             context 'every' (Cho et al. 2014)
 *   o_t, s_t = layers(x_t, s_(t-1))
 *   z_t = head(o_t), or head([o_t, y_(t-1), c])    or what else headReads names, in its order
 *   y_t = E[argmax z_t], or z_t                    {@link TokenLoop}, {@link NumberLoop}
 * </pre>
 *
 * <p>Immutable and shared by all threads; what it gives depends on the encoder's state and what is remembered of the last event
 * alone.
 */
public final class Decoder {
    private final Network encoder;
    private final DecoderStart start;
    private final Network layers;
    private final Network head;
    private final Part[] headReads;
    private final boolean readsContext;
    private final OutputLoop loop;

    /** Gives one output after the other, each read at the next step. */
    interface OutputLoop {
        /** Width of y. */
        int width();

        /** Most bytes of a list in a record. */
        long recordBytes();

        /**
         * Gives the list.
         *
         * @param decoder    in its initial state
         * @param remembered what the features remember of the last event, (rememberedWidth)
         */
        Decoded run(Decoder decoder, float[] remembered, Scratch scratch);
    }

    /**
     * A decoder of these parts.
     *
     * @param encoder   whose outputs are the context c
     * @param layers    from x to o
     * @param head      from what it reads to z
     * @param headReads what that is, in its order
     */
    Decoder(Network encoder, DecoderStart start, Network layers, Network head, List<Part> headReads, OutputLoop loop) {
        this.encoder = encoder;
        this.start = start;
        this.layers = layers;
        this.head = head;
        this.headReads = headReads.toArray(Part[]::new);
        this.readsContext = layers.inputSize() > loop.width();
        this.loop = loop;
    }

    /** Most bytes of a list in a record. */
    long recordBytes() {
        return loop.recordBytes();
    }

    /** Whether it gives tokens; otherwise numbers. */
    boolean givesTokens() {
        return loop instanceof TokenLoop;
    }

    /** Working memory for one thread. */
    public Scratch newScratch() {
        return new Scratch(this);
    }

    /**
     * Gives the list of a sequence that ends here.
     *
     * @param state      the encoder's state after the last event, (stateSize); unchanged
     * @param remembered what the features remember of the last event, (rememberedWidth)
     * @param scratch    this thread's working memory
     * @throws BadEventException if an output is not finite
     */
    public Decoded decode(float[] state, float[] remembered, Scratch scratch) {
        encoder.answer(state, scratch.context, scratch.ofEncoder);
        start.begin(state, scratch.context, scratch.state, scratch.bridge);
        if (readsContext) {
            System.arraycopy(scratch.context, 0, scratch.x, loop.width(), scratch.context.length);
        }
        return loop.run(this, remembered, scratch);
    }

    /**
     * One step: from y_(t-1), with which {@code scratch.x} begins, to z_t in {@code scratch.z}.
     *
     * @throws BadEventException if an element of z_t is not finite
     */
    void step(Scratch scratch) {
        layers.step(scratch.x, scratch.state, scratch.output, scratch.ofLayers);
        int at = 0;
        for (Part part : headReads) {
            float[] from = switch (part) {
                case OUTPUT -> scratch.output;
                case FEEDBACK -> scratch.x;
                case CONTEXT -> scratch.context;
            };
            int width = part == Part.FEEDBACK ? loop.width() : from.length;
            System.arraycopy(from, 0, scratch.read, at, width);
            at += width;
        }
        head.step(scratch.read, scratch.noState, scratch.z, scratch.ofHead);
        for (float number : scratch.z) {
            if (!Float.isFinite(number)) {
                throw new BadEventException(Reason.NOT_FINITE_OUTPUT, "the decoder's output is not finite");
            }
        }
    }

    /** The logarithm of the probability that z_t gives to an output; overwrites {@code scratch.z}. */
    double logProbability(int output, Scratch scratch) {
        return head.logProbability(scratch.z, output, scratch.ofHead);
    }

    /** Working memory of one thread. */
    public static final class Scratch {
        /** Begins with y_(t-1); the input of the first layer. */
        final float[] x;

        /** z_t, (outputs). */
        final float[] z;

        private final float[] state;
        private final float[] context;
        private final float[] bridge;
        private final float[] output;
        private final float[] read;
        private final float[] noState = new float[0];
        private final Network.Scratch ofEncoder;
        private final Network.Scratch ofLayers;
        private final Network.Scratch ofHead;

        private Scratch(Decoder decoder) {
            x = new float[decoder.layers.inputSize()];
            z = new float[decoder.head.outputSize()];
            state = new float[decoder.layers.stateSize()];
            context = new float[decoder.encoder.outputSize()];
            bridge = new float[decoder.start.scratchSize()];
            output = new float[decoder.layers.outputSize()];
            read = new float[decoder.head.inputSize()];
            ofEncoder = decoder.encoder.newScratch();
            ofLayers = decoder.layers.newScratch();
            ofHead = decoder.head.newScratch();
        }
    }
}
