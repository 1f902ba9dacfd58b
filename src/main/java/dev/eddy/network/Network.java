package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import java.util.List;

/**
 * A recurrent network, ready to step. Immutable and shared by all threads: state and scratch belong to the caller. A step
 * allocates nothing, and its result depends on its arguments alone: on no machine, thread or other sequence.
 */
public final class Network {
    private final Kernel kernel;
    private final InputStage input;
    private final Cell[] cells;
    private final int[] stateAt;
    private final Heads heads;
    private final int stateSize;
    private final int lastRecurrent; // -1: none

    Network(Kernel kernel, InputStage input, List<Cell> cells, Heads heads) {
        this.kernel = kernel;
        this.input = input;
        this.cells = cells.toArray(Cell[]::new);
        this.heads = heads;
        this.stateAt = new int[this.cells.length];
        int next = 0;
        for (int i = 0; i < this.cells.length; i++) {
            stateAt[i] = next;
            next += this.cells[i].sizes().state();
        }
        this.stateSize = next;
        this.lastRecurrent = lastRecurrent(this.cells);
    }

    /** Width of the raw input: what the features give. */
    public int inputSize() {
        return input.rawSize();
    }

    /** Numbers carried from one event of a sequence to the next: the states of the layers, one after the other. */
    public int stateSize() {
        return stateSize;
    }

    /** Number of values a step gives. */
    public int outputSize() {
        return heads.size();
    }

    /** Number of labels a tagger tells apart. */
    public int labelCount() {
        return heads.first().labels();
    }

    /** Number of layers. */
    public int layers() {
        return cells.length;
    }

    /** Where in the state a layer's part begins; what it holds stands in the javadoc of its cell, h first. */
    public int stateAt(int layer) {
        return stateAt[layer];
    }

    /** Working memory for one thread. */
    public Scratch newScratch() {
        return new Scratch(this);
    }

    /**
     * One step of one sequence.
     *
     * @param raw     the encoded event, (inputSize)
     * @param state   the state before, then after the step, (stateSize); undefined if the step fails
     * @param values  receives the values of the heads, (outputSize)
     * @param scratch this thread's working memory
     * @throws dev.eddy.model.BadEventException if a token is not in its embedding
     */
    public void step(float[] raw, float[] state, float[] values, Scratch scratch) {
        input.apply(raw, scratch.even);
        runFrom(0, scratch.even, scratch.odd, state, values, scratch);
    }

    /**
     * The values that belong to a state, as the step that led to it gave them; before any step, those of the zero state.
     *
     * @param state  the state, (stateSize); unchanged
     * @param values receives the head's values, (outputSize)
     */
    public void answer(float[] state, float[] values, Scratch scratch) {
        int last = lastRecurrent;
        cells[last].output(state, stateAt[last], scratch.even);
        runFrom(last + 1, scratch.even, scratch.odd, state, values, scratch);
    }

    /** Whether there is a layer with a state, from which {@link #answer} can begin. */
    public boolean isRecurrent() {
        return lastRecurrent >= 0;
    }

    private static int lastRecurrent(Cell[] cells) {
        int last = cells.length - 1;
        while (last >= 0 && cells[last].sizes().state() == 0) {
            last--;
        }
        return last;
    }

    private void runFrom(int first, float[] input, float[] spare, float[] state, float[] values, Scratch scratch) {
        float[] x = input;
        float[] y = spare;
        for (int i = first; i < cells.length; i++) {
            cells[i].step(kernel, x, state, stateAt[i], y, scratch.gates);
            float[] swap = x;
            x = y;
            y = swap;
        }
        heads.apply(kernel, x, values, y);
    }

    /**
     * The logarithm of the probability the values give to one of the outputs.
     *
     * @param values  (outputSize); overwritten
     */
    public double logProbability(float[] values, int output, Scratch scratch) {
        return heads.first().logProbability(kernel, values, output, scratch.even);
    }

    /**
     * The probability of each label, given the values of a step.
     *
     * @param values        (outputSize)
     * @param probabilities (labelCount)
     */
    public void probabilities(float[] values, float[] probabilities) {
        heads.first().probabilities(kernel, values, probabilities);
    }

    /** Working memory of one thread for one network. */
    public static final class Scratch {
        private final float[] even;
        private final float[] odd;
        private final float[] gates;

        private Scratch(Network network) {
            int widest = Math.max(network.input.size(), network.heads.size());
            int gates = 0;
            for (Cell cell : network.cells) {
                widest = Math.max(widest, cell.sizes().output());
                gates = Math.max(gates, cell.sizes().scratch());
            }
            this.even = new float[widest];
            this.odd = new float[widest];
            this.gates = new float[gates];
        }
    }
}
