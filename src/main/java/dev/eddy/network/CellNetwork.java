package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import java.util.List;

/** A stack of cells with heads on top, from the first event to the last: Eddy's own engine. */
public final class CellNetwork extends HeadedNetwork {
    private final InputStage input;
    private final Cell[] cells;
    private final int[] stateAt;
    private final int stateSize;
    private final int lastRecurrent; // -1: none

    /** How fast answers come, not what they are, so it may change once it is known. */
    private volatile int batchSize = 1;

    CellNetwork(Kernel kernel, InputStage input, List<Cell> cells, Heads heads) {
        super(kernel, heads);
        this.input = input;
        this.cells = cells.toArray(Cell[]::new);
        this.stateAt = new int[this.cells.length];
        int next = 0;
        for (int i = 0; i < this.cells.length; i++) {
            stateAt[i] = next;
            next += this.cells[i].sizes().state();
        }
        this.stateSize = next;
        this.lastRecurrent = lastRecurrent(this.cells);
    }

    @Override
    public int inputSize() {
        return input.rawSize();
    }

    @Override
    public int stateSize() {
        return stateSize;
    }

    /** Where in the state a layer's part begins; what it holds stands in the javadoc of its cell, h first. */
    public int stateAt(int layer) {
        return stateAt[layer];
    }

    @Override
    public Scratch newScratch() {
        return new Buffers(this, 1);
    }

    @Override
    public Scratch newScratch(int mostKeys) {
        return new Buffers(this, mostKeys);
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public void warmUp(long nanos) {
        if (kernel.batches()) {
            batchSize = WarmUp.run(this, nanos, aboutWeightBytes());
        } else {
            WarmUp.run(this, nanos);
        }
    }

    /** What a step reads, taken from the widths of the layers. */
    private long aboutWeightBytes() {
        long elements = 0;
        for (Cell cell : cells) {
            Cell.Sizes sizes = cell.sizes();
            elements += (long) Math.max(sizes.scratch(), sizes.output()) * (sizes.input() + sizes.output());
        }
        return Float.BYTES * elements;
    }

    @Override
    public void require(float[] raw) {
        input.require(raw);
    }

    @Override
    public void step(float[] raw, float[] state, float[] values, Scratch scratch) {
        Buffers buffers = (Buffers) scratch;
        input.apply(raw, buffers.even[0]);
        runFrom(0, state, values, buffers);
    }

    @Override
    public void step(float[][] raws, float[][] states, float[][] values, int count, Scratch scratch) {
        if (count == 1) {
            step(raws[0], states[0], values[0], scratch);
            return;
        }
        Buffers buffers = (Buffers) scratch;
        float[][] x = buffers.even;
        float[][] y = buffers.odd;
        for (int i = 0; i < count; i++) {
            input.apply(raws[i], x[i]);
        }
        for (int i = 0; i < cells.length; i++) {
            cells[i].steps(kernel, x, states, stateAt[i], y, buffers.gates, count);
            float[][] swap = x;
            x = y;
            y = swap;
        }
        heads.apply(kernel, x, values, y, count, buffers.gates[0]);
    }

    @Override
    public void answer(float[] state, float[] values, Scratch scratch) {
        Buffers buffers = (Buffers) scratch;
        cells[lastRecurrent].output(state, stateAt[lastRecurrent], buffers.even[0]);
        runFrom(lastRecurrent + 1, state, values, buffers);
    }

    @Override
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

    /** Runs the layers from one on, whose input is in {@code buffers.even[0]}, and the heads. */
    private void runFrom(int first, float[] state, float[] values, Buffers buffers) {
        float[] x = buffers.even[0];
        float[] y = buffers.odd[0];
        for (int i = first; i < cells.length; i++) {
            cells[i].step(kernel, x, state, stateAt[i], y, buffers.gates[0]);
            float[] swap = x;
            x = y;
            y = swap;
        }
        heads.apply(kernel, x, values, y, buffers.gates[0]);
    }

    @Override
    float[] spare(Scratch scratch) {
        return ((Buffers) scratch).even[0];
    }

    private static final class Buffers implements Scratch {
        private final float[][] even; // (keys, widest)
        private final float[][] odd; // (keys, widest)
        private final float[][] gates; // (keys, most that a cell needs)

        private Buffers(CellNetwork network, int keys) {
            int widest = Math.max(network.input.size(), network.heads.size());
            int gates = network.heads.size();
            for (Cell cell : network.cells) {
                widest = Math.max(widest, cell.sizes().output());
                gates = Math.max(gates, cell.sizes().scratch());
            }
            this.even = new float[keys][Kernel.room(widest)];
            this.odd = new float[keys][Kernel.room(widest)];
            this.gates = new float[keys][gates];
        }
    }
}
