package dev.eddy.network.onnxruntime;

import ai.onnxruntime.OrtException;
import dev.eddy.model.BadEventException;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.EngineSpec;
import dev.eddy.network.Graph;
import java.util.Arrays;

/** A graph that ONNX Runtime runs: one session for all threads, buffers for each. */
final class OnnxRuntimeGraph implements Graph {
    private final EngineSpec spec;
    private final GraphSession session;
    private final String engine;
    private final long[] answerShape;
    private final boolean tokens;

    OnnxRuntimeGraph(EngineSpec spec, GraphSession session, String engine, long[] answerShape) {
        this.spec = spec;
        this.session = session;
        this.engine = engine;
        this.answerShape = answerShape;
        this.tokens = spec.inputs().stream().anyMatch(input -> input.type().integral());
    }

    @Override
    public int outputSize() {
        return (int) Arrays.stream(answerShape).reduce(1, (a, b) -> a * b);
    }

    @Override
    public String engine() {
        return engine;
    }

    @Override
    public Runner newRunner() {
        try {
            return new SessionRunner();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime gives no memory for a step: " + e.getMessage(), e);
        }
    }

    private final class SessionRunner implements Runner {
        private final StepBuffers buffers;

        private SessionRunner() throws OrtException {
            buffers = new StepBuffers(session.environment(), spec, answerShape);
            GraphSession.closeAfter(this, buffers.tensors());
        }

        @Override
        public void run(float[] raw, float[] state, float[] output) {
            buffers.put(raw, state);
            try {
                session.run(buffers.inputs(), buffers.outputs());
            } catch (OrtException e) {
                throw failure(e);
            } finally {
                java.lang.ref.Reference.reachabilityFence(this);
            }
            buffers.get(state, output);
        }

        /** What an operator says of its arguments is the event's fault, and the same in every replay; all else is not. */
        private RuntimeException failure(OrtException e) {
            if (e.getCode() == OrtException.OrtErrorCode.ORT_INVALID_ARGUMENT) {
                return new BadEventException(
                        tokens ? Reason.UNKNOWN_TOKEN : Reason.NOT_FINITE_OUTPUT,
                        "the graph has no answer to this event: " + GraphSession.sentence(e));
            }
            return new IllegalStateException("ONNX Runtime failed in a step: " + GraphSession.sentence(e), e);
        }
    }
}
