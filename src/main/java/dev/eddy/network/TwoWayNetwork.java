package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import java.util.Arrays;
import java.util.List;

/**
 * A stack of layers of which some read backward, with heads on top: Eddy's own engine where answers depend on later events, as
 * PyTorch's {@code bidirectional=True} and ONNX's {@code direction}. Every pass runs layer by layer over all the events it is
 * given:
 *
 * <pre>
 *   forward  part   f_t = cell(x_t, f_t-1)    f_-1: the carried state
 *   backward part   b_t = cell(x_t, b_t+1)    b_count: zero
 *   output of a layer that reads both ways    [f_t, b_t]
 * </pre>
 *
 * State: those of the forward parts of all layers, first layer first. A layer that reads backward alone carries nothing. A
 * forward part above a layer that reads backward is computed from what that layer made of the events of this pass, so what it
 * carries depends on how far the pass looked ahead. With no part that reads forward the state is empty.
 */
public final class TwoWayNetwork extends HeadedNetwork {
    private final InputStage input;
    private final Layer[] layers;
    private final int[] stateAt;
    private final int stateSize;
    private final int lastBackward;
    private final int lastRecurrent;

    /**
     * A layer; at least one part is there.
     *
     * @param forward       reads forward, or has no memory; {@code null} for none
     * @param backward      reads backward; {@code null} for none
     * @param forwardSizes  all zero where there is no such part, as {@code backwardSizes}
     */
    record Layer(Cell forward, Cell backward, Cell.Sizes forwardSizes, Cell.Sizes backwardSizes) {
        Layer(Cell forward, Cell backward) {
            this(forward, backward, sizes(forward), sizes(backward));
        }

        private static Cell.Sizes sizes(Cell cell) {
            return cell == null ? new Cell.Sizes(0, 0, 0, 0) : cell.sizes();
        }

        private boolean recurrent() {
            return backward != null || forwardSizes.state() > 0;
        }
    }

    /** @param layers at least one of which reads backward */
    TwoWayNetwork(Kernel kernel, InputStage input, List<Layer> layers, Heads heads) {
        super(kernel, heads);
        this.input = input;
        this.layers = layers.toArray(Layer[]::new);
        this.stateAt = new int[this.layers.length];
        int next = 0;
        int backward = 0;
        int recurrent = 0;
        for (int i = 0; i < this.layers.length; i++) {
            stateAt[i] = next;
            next += this.layers[i].forwardSizes().state();
            backward = this.layers[i].backward() == null ? backward : i;
            recurrent = this.layers[i].recurrent() ? i : recurrent;
        }
        this.stateSize = next;
        this.lastBackward = backward;
        this.lastRecurrent = recurrent;
    }

    @Override
    public int inputSize() {
        return input.rawSize();
    }

    @Override
    public int stateSize() {
        return stateSize;
    }

    /** No: what is carried holds nothing of the parts that read backward, so that no answer can be made of it alone. */
    @Override
    public boolean isRecurrent() {
        return false;
    }

    @Override
    public boolean readsBackward() {
        return true;
    }

    @Override
    public Scratch newScratch() {
        return new Buffers(this);
    }

    @Override
    public void warmUp(long nanos) {
        WarmUp.run(this, nanos);
    }

    @Override
    public void require(float[] raw) {
        input.require(raw);
    }

    /** A pass over one event, behind which the sequence ends. */
    @Override
    public void step(float[] raw, float[] state, float[] values, Scratch scratch) {
        Buffers buffers = (Buffers) scratch;
        buffers.oneRaw[0] = raw;
        buffers.oneValues[0] = values;
        pass(buffers.oneRaw, 1, 1, state, buffers.oneValues, scratch);
    }

    /**
     * Not possible: the state holds nothing of the layers that read backward.
     *
     * @throws IllegalStateException always; {@link #isRecurrent} says so before
     */
    @Override
    public void answer(float[] state, float[] values, Scratch scratch) {
        throw new IllegalStateException("a network with layers that read backward has no answer without events");
    }

    @Override
    public void pass(float[][] raws, int count, int answers, float[] state, float[][] values, Scratch scratch) {
        Buffers buffers = (Buffers) scratch;
        read(raws, count, buffers);
        for (int i = 0; i < layers.length; i++) {
            // Above the last layer that reads backward nothing depends on the events behind the answered ones.
            int forward = i < lastBackward ? count : answers;
            runForward(i, forward, Math.min(forward, answers), state, buffers);
            runBackward(i, count, buffers);
            buffers.turn();
        }
        for (int t = 0; t < answers; t++) {
            heads.apply(kernel, buffers.x[t], values[t], buffers.part, buffers.gates);
        }
    }

    @Override
    public void summary(float[][] raws, int count, float[] state, float[] values, Scratch scratch) {
        Buffers buffers = (Buffers) scratch;
        read(raws, count, buffers);
        for (int i = 0; i <= lastRecurrent; i++) {
            runForward(i, count, count, state, buffers);
            runBackward(i, count, buffers);
            buffers.turn();
        }
        // The forward part has read all at the last event, the backward part at the first one.
        System.arraycopy(
                buffers.x[count - 1],
                0,
                buffers.x[0],
                0,
                layers[lastRecurrent].forwardSizes().output());
        for (int i = lastRecurrent + 1; i < layers.length; i++) {
            runForward(i, 1, 1, state, buffers);
            buffers.turn();
        }
        heads.apply(kernel, buffers.x[0], values, buffers.part, buffers.gates);
    }

    /** Gives the first layer's input of all events; fails before any state is touched. */
    private void read(float[][] raws, int count, Buffers buffers) {
        buffers.require(count);
        for (int t = 0; t < count; t++) {
            input.apply(raws[t], buffers.x[t]);
        }
    }

    /** Runs a layer's forward part over the first events; of its state stays the one after {@code kept} of them. */
    private void runForward(int layer, int count, int kept, float[] state, Buffers buffers) {
        Cell cell = layers[layer].forward();
        if (cell == null) {
            return;
        }
        for (int t = 0; t < kept; t++) {
            cell.step(kernel, buffers.x[t], state, stateAt[layer], buffers.y[t], buffers.gates);
        }
        System.arraycopy(
                state,
                stateAt[layer],
                buffers.state,
                0,
                layers[layer].forwardSizes().state());
        for (int t = kept; t < count; t++) {
            cell.step(kernel, buffers.x[t], buffers.state, 0, buffers.y[t], buffers.gates);
        }
    }

    /** Runs a layer's backward part over all events, from zero behind the last one. */
    private void runBackward(int layer, int count, Buffers buffers) {
        Cell cell = layers[layer].backward();
        if (cell == null) {
            return;
        }
        int at = layers[layer].forwardSizes().output();
        int width = layers[layer].backwardSizes().output();
        Arrays.fill(buffers.state, 0, layers[layer].backwardSizes().state(), 0f);
        for (int t = count - 1; t >= 0; t--) {
            cell.step(kernel, buffers.x[t], buffers.state, 0, buffers.part, buffers.gates);
            System.arraycopy(buffers.part, 0, buffers.y[t], at, width);
        }
    }

    @Override
    float[] spare(Scratch scratch) {
        return ((Buffers) scratch).part;
    }

    /** Grows to the longest pass; then nothing is allocated any more. */
    private static final class Buffers implements Scratch {
        private final int widest;
        private final float[] part; // one output of a backward part, or of a head
        private final float[] state; // of a backward part, or of a forward part behind the answered events
        private final float[] gates;
        private final float[][] oneRaw = new float[1][];
        private final float[][] oneValues = new float[1][];
        private float[][] x = {}; // (events, widest): the input of the layer that runs
        private float[][] y = {}; // (events, widest): its output

        private Buffers(TwoWayNetwork network) {
            int widest = Math.max(network.input.size(), network.heads.size());
            int state = 0;
            int gates = network.heads.size();
            for (Layer layer : network.layers) {
                Cell.Sizes forward = layer.forwardSizes();
                Cell.Sizes backward = layer.backwardSizes();
                widest = Math.max(widest, forward.output() + backward.output());
                state = Math.max(state, Math.max(forward.state(), backward.state()));
                gates = Math.max(gates, Math.max(forward.scratch(), backward.scratch()));
            }
            this.widest = Kernel.room(widest);
            this.part = new float[this.widest];
            this.state = new float[state];
            this.gates = new float[gates];
        }

        private void require(int count) {
            x = grown(x, count);
            y = grown(y, count);
        }

        private float[][] grown(float[][] rows, int count) {
            if (rows.length >= count) {
                return rows;
            }
            float[][] more = Arrays.copyOf(rows, count);
            for (int t = rows.length; t < count; t++) {
                more[t] = new float[widest];
            }
            return more;
        }

        /** What was the output is the next input. */
        private void turn() {
            float[][] swap = x;
            x = y;
            y = swap;
        }
    }
}
