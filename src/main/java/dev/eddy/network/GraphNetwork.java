package dev.eddy.network;

import dev.eddy.kernel.Kernel;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.EngineSpec;
import java.util.List;

/**
 * A network whose step another engine runs. State: the graph's states one after the other, then, unless the answer is one of
 * them, the answer of the last step, which no engine can give without a step.
 */
final class GraphNetwork extends HeadedNetwork {
    private final EngineSpec spec;
    private final Graph graph;
    private final Ids[] ids;
    private final int stateSize;
    private final int answerAt; // where in the state the answer is

    /** An id of a token at a place of the raw input, and how many there are. */
    record Ids(int at, String field, int count) {}

    GraphNetwork(Kernel kernel, EngineSpec spec, Graph graph, Heads heads, List<Ids> ids) {
        super(kernel, heads);
        this.ids = ids.toArray(Ids[]::new);
        this.spec = spec;
        this.graph = graph;
        int carried = spec.stateSize();
        this.answerAt = answerAt(spec);
        this.stateSize = isRecurrent() && answerAt == carried ? carried + graph.outputSize() : carried;
    }

    private static int answerAt(EngineSpec spec) {
        int at = 0;
        for (EngineSpec.State state : spec.states()) {
            if (state.output().equals(spec.output())) {
                return at;
            }
            at += state.elements();
        }
        return at;
    }

    @Override
    public int inputSize() {
        return spec.inputSize();
    }

    @Override
    public int stateSize() {
        return stateSize;
    }

    @Override
    public boolean isRecurrent() {
        return !spec.states().isEmpty();
    }

    @Override
    public String engine() {
        return graph.engine();
    }

    @Override
    public Scratch newScratch() {
        return new Buffers(graph, heads);
    }

    @Override
    public void require(float[] raw) {
        for (Ids id : ids) {
            if (raw[id.at()] >= id.count()) {
                throw new BadEventException(
                        Reason.UNKNOWN_TOKEN,
                        "field '" + id.field() + "' has the id " + (int) raw[id.at()] + "; the graph knows "
                                + id.count() + " ids, from 0");
            }
        }
    }

    @Override
    public void step(float[] raw, float[] state, float[] values, Scratch scratch) {
        Buffers buffers = (Buffers) scratch;
        require(raw);
        buffers.runner.run(raw, state, buffers.answer);
        if (stateSize > answerAt) {
            System.arraycopy(buffers.answer, 0, state, answerAt, buffers.answer.length);
        }
        head(values, buffers);
    }

    @Override
    public void answer(float[] state, float[] values, Scratch scratch) {
        Buffers buffers = (Buffers) scratch;
        System.arraycopy(state, answerAt, buffers.answer, 0, buffers.answer.length);
        head(values, buffers);
    }

    private void head(float[] values, Buffers buffers) {
        if (spec.headInGraph()) {
            System.arraycopy(buffers.answer, 0, values, 0, values.length);
        } else {
            heads.apply(kernel, buffers.answer, values, buffers.head, buffers.spare);
        }
    }

    @Override
    float[] spare(Scratch scratch) {
        return ((Buffers) scratch).spare;
    }

    private static final class Buffers implements Scratch {
        private final Graph.Runner runner;
        private final float[] answer;
        private final float[] head;
        private final float[] spare;

        private Buffers(Graph graph, Heads heads) {
            this.runner = graph.newRunner();
            this.answer = new float[graph.outputSize()];
            this.head = new float[Kernel.room(heads.size())];
            this.spare = new float[Math.max(heads.size(), graph.outputSize())];
        }
    }
}
