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

    Network(Kernel kernel, InputStage input, List<Cell> cells, Heads heads) {
        this.kernel = kernel;
        this.input = input;
        this.cells = cells.toArray(Cell[]::new);
        this.heads = heads;
        this.stateAt = new int[this.cells.length];
        int next = 0;
        for (int i = 0; i < this.cells.length; i++) {
            stateAt[i] = next;
            next += this.cells[i].stateSize();
        }
        this.stateSize = next;
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
        float[] x = scratch.even;
        float[] y = scratch.odd;
        input.apply(raw, x);
        for (int i = 0; i < cells.length; i++) {
            cells[i].step(kernel, x, state, stateAt[i], y, scratch.gates);
            float[] swap = x;
            x = y;
            y = swap;
        }
        heads.apply(kernel, x, values, y);
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
                widest = Math.max(widest, cell.outputSize());
                gates = Math.max(gates, cell.scratchSize());
            }
            this.even = new float[widest];
            this.odd = new float[widest];
            this.gates = new float[gates];
        }
    }
}
