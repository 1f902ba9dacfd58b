package dev.eddy.network.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.TensorInfo;
import dev.eddy.model.EngineSpec;
import dev.eddy.model.InvalidModelException;
import dev.eddy.network.Graph;
import dev.eddy.network.GraphEngine;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * ONNX Runtime. Its arithmetic is its own: the same version on the same kind of processor gives the same bits, others may not.
 */
public final class OnnxRuntimeEngine implements GraphEngine {
    /** From this minor version on, the runtime gathers telemetry unless told not to. */
    private static final int TELEMETRY = 29;

    private static final String NO_TELEMETRY = "ORT_DISABLE_TELEMETRY";

    private final OrtEnvironment environment;

    /**
     * Loads the runtime's libraries.
     *
     * @throws InvalidModelException if this version could end the process
     */
    public OnnxRuntimeEngine() throws OrtException {
        requireNoTelemetry(OrtEnvironment.class.getPackage().getImplementationVersion(), System.getenv(NO_TELEMETRY));
        // What is wrong with a graph comes as an exception; the runtime's own log would only be noise.
        environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "eddy");
        environment.setTelemetry(false);
    }

    /**
     * Telemetry of ONNX Runtime 1.29.0 on Linux matches the command line against regular expressions that overflow the stack
     * where it is long, as a class path is: the process would die without a word (microsoft/onnxruntime#32173 and
     * vespa-engine/vespa#37786). It must be off before the library is loaded.
     *
     * @param version of the jar; {@code null} where it does not tell
     * @param off     value of the variable that turns telemetry off; {@code null} where it is not set
     */
    static void requireNoTelemetry(String version, String off) {
        String[] parts = version == null ? new String[0] : version.split("\\.", -1);
        boolean gathers = parts.length > 1
                && parts[0].equals("1")
                && parts[1].matches("\\d{1,4}")
                && Integer.parseInt(parts[1]) >= TELEMETRY;
        if (gathers && !"1".equals(off)) {
            throw new InvalidModelException("this model runs on ONNX Runtime, but version " + version
                    + " gathers telemetry, which can end the process; use onnxruntime-1.28.0.jar or start Eddy with the"
                    + " environment variable " + NO_TELEMETRY + "=1");
        }
    }

    @Override
    public Graph open(EngineSpec spec, ByteBuffer graph) {
        new GraphRules(spec, GraphReader.nodes(graph.duplicate())).check();
        GraphSession session = GraphSession.open(environment, graph.duplicate());
        requireInputs(spec, session.inputs());
        requireOutputs(spec, session.outputs());
        long[] answerShape = new GraphTrial(spec, session).run();
        return new OnnxRuntimeGraph(spec, session, "ONNX Runtime " + environment.getVersion(), answerShape);
    }

    private static void requireInputs(EngineSpec spec, Map<String, TensorInfo> found) {
        Map<String, EngineSpec.Type> types = new LinkedHashMap<>();
        Map<String, int[]> shapes = new LinkedHashMap<>();
        spec.inputs().forEach(input -> {
            types.put(input.name(), input.type());
            shapes.put(input.name(), input.shape());
        });
        spec.states().forEach(state -> {
            types.put(state.input(), EngineSpec.Type.FLOAT);
            shapes.put(state.input(), state.shape());
        });
        if (!found.keySet().equals(types.keySet())) {
            throw new InvalidModelException("the spec's engine names the inputs " + new TreeSet<>(types.keySet())
                    + ", the graph has " + found.keySet());
        }
        types.forEach((name, type) -> requireType("input", name, found.get(name), type));
        shapes.forEach((name, shape) -> requireShape("input", name, found.get(name), shape));
    }

    private static void requireOutputs(EngineSpec spec, Map<String, TensorInfo> found) {
        spec.states().forEach(state -> requireOutput(state.output(), found));
        requireOutput(spec.output(), found);
    }

    private static void requireOutput(String name, Map<String, TensorInfo> found) {
        if (!found.containsKey(name)) {
            throw new InvalidModelException(
                    "the spec's engine names the output '" + name + "', the graph has " + found.keySet());
        }
        requireType("output", name, found.get(name), EngineSpec.Type.FLOAT);
    }

    private static void requireType(String what, String name, TensorInfo info, EngineSpec.Type type) {
        OnnxJavaType wanted = switch (type) {
            case FLOAT -> OnnxJavaType.FLOAT;
            case INT64 -> OnnxJavaType.INT64;
            case INT32 -> OnnxJavaType.INT32;
        };
        // Half precision comes as float in Java's type, under another ONNX type.
        boolean half = info != null && type == EngineSpec.Type.FLOAT && !GraphTrial.isFloat(info);
        if (info == null || info.type != wanted || half) {
            throw new InvalidModelException("the graph's " + what + " '" + name + "' is of type "
                    + (info == null ? "sequence or map" : info.onnxType) + ", the spec needs "
                    + wanted.toString().toLowerCase(Locale.ROOT) + "; export the graph with float32 values and states");
        }
    }

    private static void requireShape(String what, String name, TensorInfo info, int[] shape) {
        long[] found = info.getShape();
        boolean fits = found.length == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = found[i] < 0 || found[i] == shape[i];
        }
        if (!fits) {
            throw new InvalidModelException("the graph's " + what + " '" + name + "' has the shape "
                    + java.util.Arrays.toString(found) + ", the spec says " + java.util.Arrays.toString(shape));
        }
    }
}
