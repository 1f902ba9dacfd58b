package dev.eddy.network;

import dev.eddy.model.EngineSpec;
import dev.eddy.model.InvalidModelException;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;

/** An engine that is not part of Eddy's jar. An implementation has a public constructor without arguments. */
public interface GraphEngine {
    /**
     * Makes a graph ready to run, having checked that it takes and gives what the spec says, and that it streams: that one call
     * for each event gives what the network means.
     *
     * @param graph the graph's bytes
     * @throws InvalidModelException if it cannot be used
     */
    Graph open(EngineSpec spec, ByteBuffer graph);

    /**
     * The engine of a kind.
     *
     * @throws InvalidModelException if its classes are not on the class path, or do not run on this platform
     */
    static GraphEngine of(EngineSpec.Kind kind) {
        try {
            // By name: only the implementation links to classes that may be absent.
            return switch (kind) {
                case ONNX_RUNTIME ->
                    named("dev.eddy.network.onnxruntime.OnnxRuntimeEngine", "ai.onnxruntime.OrtEnvironment");
            };
        } catch (ClassNotFoundException e) {
            throw new InvalidModelException(
                    "this model runs on ONNX Runtime, which is not on the class path; get onnxruntime-1.28.0.jar from Maven"
                            + " Central (com.microsoft.onnxruntime:onnxruntime) and start Eddy with"
                            + " 'java -cp target/eddy.jar:onnxruntime-1.28.0.jar dev.eddy.cli.Main'",
                    e);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof InvalidModelException refusal) {
                throw refusal;
            }
            throw new InvalidModelException(
                    "this model runs on " + kind.spelling() + ", which cannot be loaded here: " + e.getCause(), e);
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new InvalidModelException(
                    "this model runs on " + kind.spelling() + ", which cannot be loaded here: " + e, e);
        }
    }

    private static GraphEngine named(String engine, String needed) throws ReflectiveOperationException {
        ClassLoader loader = GraphEngine.class.getClassLoader();
        Class.forName(needed, false, loader);
        return Class.forName(engine, true, loader)
                .asSubclass(GraphEngine.class)
                .getConstructor()
                .newInstance();
    }
}
