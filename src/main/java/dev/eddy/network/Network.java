package dev.eddy.network;

/**
 * A recurrent network, ready to step. Immutable and shared by all threads: state and scratch belong to the caller. A result
 * depends on its arguments alone: on no machine, thread or other sequence.
 */
public interface Network {
    /** Width of the raw input: what the features give. */
    int inputSize();

    /** Numbers carried from one event of a sequence to the next. */
    int stateSize();

    /** Number of values a step gives. */
    int outputSize();

    /** Number of labels a tagger tells apart. */
    int labelCount();

    /** Whether anything is carried, from which {@link #answer} can begin. Never where a layer {@link #readsBackward}. */
    boolean isRecurrent();

    /** Whether an answer depends on later events too, so that {@link #pass} is worth waiting for. */
    default boolean readsBackward() {
        return false;
    }

    /**
     * Bytes this network takes beside the weights it was compiled from, outside the heap too. None unless an engine keeps more
     * than those.
     */
    default long engineBytes() {
        return 0;
    }

    /** Working memory for one thread, for one key at a time. */
    Scratch newScratch();

    /**
     * Working memory for one thread.
     *
     * @param mostKeys most keys of one call; at least 1
     */
    default Scratch newScratch(int mostKeys) {
        return newScratch();
    }

    /**
     * How many keys are worth one call of {@link #step(float[][], float[][], float[][], int, Scratch)}; 1 where nothing is
     * gained, and until {@link #warmUp} has found out.
     */
    default int batchSize() {
        return 1;
    }

    /**
     * Steps on made-up events until the JVM has compiled what a step needs. Takes its time: not for a thread that has events.
     * Nothing to do for an engine that is compiled already.
     *
     * @param nanos how long that may take, about
     */
    default void warmUp(long nanos) {}

    /**
     * Checks the one thing for which a step can refuse an encoded event.
     *
     * @param raw the encoded event, (inputSize)
     * @throws dev.eddy.model.BadEventException if a token is not in its embedding
     */
    void require(float[] raw);

    /**
     * One step of one sequence.
     *
     * @param raw     the encoded event, (inputSize)
     * @param state   the state before, then after the step, (stateSize); undefined if the step fails
     * @param values  receives the values of the heads, (outputSize)
     * @param scratch this thread's working memory
     * @throws dev.eddy.model.BadEventException if a token is not in its embedding
     */
    void step(float[] raw, float[] state, float[] values, Scratch scratch);

    /**
     * One step of each of several sequences. Every one has the bits it would have alone, whatever their number and its place.
     *
     * @param raws    their encoded events, (keys, inputSize)
     * @param states  their states before, then after the step, (keys, stateSize); all different arrays
     * @param values  receives their heads' values, (keys, outputSize); all different arrays
     * @param count   how many keys there are; the arrays may be longer
     * @param scratch this thread's working memory, made for at least so many keys
     * @throws dev.eddy.model.BadEventException if {@link #require} refuses one of the events; no state has changed then, and
     *     stepping one by one tells which it is
     */
    default void step(float[][] raws, float[][] states, float[][] values, int count, Scratch scratch) {
        for (int i = 0; i < count; i++) {
            require(raws[i]);
        }
        for (int i = 0; i < count; i++) {
            step(raws[i], states[i], values[i], scratch);
        }
    }

    /**
     * The values that belong to a state, as the step that led to it gave them; before any step, those of the zero state. Only
     * where {@link #isRecurrent}.
     *
     * @param state  the state, (stateSize); unchanged
     * @param values receives the heads' values, (outputSize)
     */
    void answer(float[] state, float[] values, Scratch scratch);

    /**
     * Reads events of one sequence in a row and answers the first of them, each in the light of all that are given. Layers
     * that read forward go on from the state; layers that read backward begin at zero behind the last event.
     *
     * @param raws    the encoded events, (events, inputSize)
     * @param count   how many there are
     * @param answers how many of them are answered, up to {@code count}
     * @param state   the state before the first event, then after the last answered one, (stateSize); undefined if it fails
     * @param values  receives the values of the heads, (answers, outputSize)
     */
    default void pass(float[][] raws, int count, int answers, float[] state, float[][] values, Scratch scratch) {
        for (int t = 0; t < answers; t++) {
            step(raws[t], state, values[t], scratch);
        }
    }

    /**
     * Reads a whole sequence and gives one answer: that of the last event where a layer reads forward, of the first one where
     * it reads backward.
     *
     * @param raws   the encoded events, (events, inputSize)
     * @param count  how many there are, at least 1
     * @param state  the state before the first event, (stateSize); undefined afterwards
     * @param values receives the values of the heads, (outputSize)
     */
    default void summary(float[][] raws, int count, float[] state, float[] values, Scratch scratch) {
        for (int t = 0; t < count; t++) {
            step(raws[t], state, values, scratch);
        }
    }

    /**
     * The logarithm of the probability the values give to one of the outputs.
     *
     * @param values (outputSize); overwritten
     */
    double logProbability(float[] values, int output, Scratch scratch);

    /**
     * The probability of each label, given the values of a step.
     *
     * @param values        (outputSize)
     * @param probabilities (labelCount)
     */
    void probabilities(float[] values, float[] probabilities);

    /** The engine that runs it and its version, for people; {@code null} for Eddy's own. */
    default String engine() {
        return null;
    }

    /** Working memory of one thread for one network; each network makes its own. */
    interface Scratch {}
}
