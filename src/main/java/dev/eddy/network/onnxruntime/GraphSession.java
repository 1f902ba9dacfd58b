package dev.eddy.network.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import dev.eddy.model.InvalidModelException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * A session of the runtime, shared by all threads. It is closed when nothing reaches it any more, never during a run: whoever
 * runs it holds it.
 */
final class GraphSession {
    private static final Cleaner CLEANER = Cleaner.create();

    private final OrtEnvironment environment;
    private final OrtSession session;

    private GraphSession(OrtEnvironment environment, OrtSession session) {
        this.environment = environment;
        this.session = session;
        CLEANER.register(this, () -> close(session));
    }

    /**
     * Opens a graph: one thread, nodes one after the other, so that the same step takes the same sums in the same order.
     *
     * @throws InvalidModelException if the runtime does not take it
     */
    static GraphSession open(OrtEnvironment environment, ByteBuffer graph) {
        try (SessionOptions options = new SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setDeterministicCompute(true);
            options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            // A step takes little memory and gives it back; an arena would keep the most that any model ever took.
            options.setCPUArenaAllocator(false);
            options.addConfigEntry("session.load_model_format", "ONNX");
            byte[] bytes = new byte[graph.remaining()];
            graph.get(bytes);
            return new GraphSession(environment, environment.createSession(bytes, options));
        } catch (OrtException e) {
            throw new InvalidModelException("ONNX Runtime does not take the model's graph: " + sentence(e), e);
        }
    }

    private static void close(OrtSession session) {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    OrtEnvironment environment() {
        return environment;
    }

    /** The inputs that a call must give, by name; {@code null} for one that is no tensor. */
    Map<String, TensorInfo> inputs() {
        try {
            return tensors(session.getInputInfo());
        } catch (OrtException e) {
            throw new InvalidModelException("ONNX Runtime cannot say what the model's graph takes: " + sentence(e), e);
        }
    }

    /** The outputs, by name; {@code null} for one that is no tensor. */
    Map<String, TensorInfo> outputs() {
        try {
            return tensors(session.getOutputInfo());
        } catch (OrtException e) {
            throw new InvalidModelException("ONNX Runtime cannot say what the model's graph gives: " + sentence(e), e);
        }
    }

    private static Map<String, TensorInfo> tensors(Map<String, ai.onnxruntime.NodeInfo> infos) {
        Map<String, TensorInfo> tensors = new TreeMap<>();
        infos.forEach((name, info) -> tensors.put(name, info.getInfo() instanceof TensorInfo tensor ? tensor : null));
        return tensors;
    }

    /** Runs a call whose outputs are written into given tensors. */
    void run(Map<String, OnnxTensor> inputs, Map<String, OnnxValue> outputs) throws OrtException {
        try {
            session.run(inputs, outputs).close();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Runs a call whose outputs the runtime allocates; the caller closes them. */
    OrtSession.Result run(Map<String, OnnxTensor> inputs) throws OrtException {
        try {
            return session.run(inputs);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Frees tensors when their owner is unreachable. */
    static void closeAfter(Object owner, Iterable<OnnxTensor> tensors) {
        CLEANER.register(owner, () -> tensors.forEach(OnnxTensor::close));
    }

    /** What the runtime says, in one line of bounded length. */
    static String sentence(OrtException e) {
        String line = String.valueOf(e.getMessage())
                .strip()
                .replaceAll("\\s*\\R\\s*", " ")
                .replaceFirst("^Error code - \\w+ - message: ", "");
        return line.length() <= 400 ? line : line.substring(0, 400) + "…";
    }
}
