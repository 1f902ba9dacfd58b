package dev.eddy.bench.step;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime as fast as its Java interface allows: one thread, direct buffers and their tensors made once, outputs written
 * into such tensors too. The states after a step are the states before the next without being copied: two sets of tensors take
 * turns.
 */
final class OnnxStepper implements Stepper {
    private final StepModel model;
    private final int keys;
    private final OrtSession session;
    private final FloatBuffer x; // (1, keys, input)
    private final FloatBuffer y; // (keys, outputs)
    private final List<Map<String, OnnxTensor>> inputs;
    private final List<Map<String, OnnxValue>> outputs;
    private final float[][] values;
    private long t;

    OnnxStepper(StepModel model, int keys) {
        this.model = model;
        this.keys = keys;
        this.values = new float[keys][StepSize.OUTPUTS];
        this.x = floats(keys * model.size().input());
        this.y = floats(keys * StepSize.OUTPUTS);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            this.session = environment.createSession(model.onnx(keys), options);
            OnnxTensor input = tensor(environment, x, 1, keys, model.size().input());
            OnnxTensor output = tensor(environment, y, keys, StepSize.OUTPUTS);
            OnnxTensor[] h = {state(environment), state(environment)};
            OnnxTensor[] c = {state(environment), state(environment)};
            this.inputs = List.of(
                    Map.of("x", input, "h", h[0], "c", c[0]), //
                    Map.of("x", input, "h", h[1], "c", c[1]));
            this.outputs = List.of(
                    Map.of("y", output, "hn", h[1], "cn", c[1]), //
                    Map.of("y", output, "hn", h[0], "cn", c[0]));
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private OnnxTensor state(OrtEnvironment environment) throws OrtException {
        int hidden = model.size().hidden();
        return tensor(environment, floats(keys * hidden), 1, keys, hidden);
    }

    private static OnnxTensor tensor(OrtEnvironment environment, FloatBuffer buffer, long... shape)
            throws OrtException {
        return OnnxTensor.createTensor(environment, buffer, shape);
    }

    /** Memory outside the heap; the runtime's own is aligned, so this is too. */
    private static FloatBuffer floats(int elements) {
        int alignment = 64;
        return ByteBuffer.allocateDirect(elements * Float.BYTES + 2 * alignment)
                .alignedSlice(alignment)
                .limit(elements * Float.BYTES)
                .slice()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @Override
    public float[][] step() {
        int width = model.size().input();
        for (int j = 0; j < keys; j++) {
            x.put(j * width, model.input(t, j));
        }
        int turn = (int) (t++ & 1);
        try {
            session.run(inputs.get(turn), outputs.get(turn)).close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
        for (int j = 0; j < keys; j++) {
            y.get(j * StepSize.OUTPUTS, values[j]);
        }
        return values;
    }
}
