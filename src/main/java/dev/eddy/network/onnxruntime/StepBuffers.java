package dev.eddy.network.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.eddy.model.EngineSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The memory of one thread that the runtime reads a step from and writes it to; made once, used for every step. */
final class StepBuffers {
    /** Where vectors begin: some sums go by the address, so that only aligned memory gives the same bits everywhere. */
    private static final int ALIGNMENT = 64;

    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxValue> outputs = new HashMap<>();
    private final Map<String, OnnxTensor> owned = new HashMap<>();
    private final Filled[] events;
    private final FloatBuffer[] before;
    private final FloatBuffer[] after;
    private final FloatBuffer answer;

    /** An input that an event fills; one of the buffers is there. */
    private record Filled(int elements, FloatBuffer floats, LongBuffer longs, IntBuffer ints) {
        void fill(float[] raw, int at) {
            for (int i = 0; i < elements; i++) {
                if (floats != null) {
                    floats.put(i, raw[at + i]);
                } else if (longs != null) {
                    longs.put(i, (long) raw[at + i]);
                } else {
                    ints.put(i, (int) raw[at + i]);
                }
            }
        }
    }

    /** @param answerShape extents of the answer */
    StepBuffers(OrtEnvironment environment, EngineSpec spec, long[] answerShape) throws OrtException {
        this.events = new Filled[spec.inputs().size()];
        for (int i = 0; i < events.length; i++) {
            events[i] = event(environment, spec.inputs().get(i));
        }
        int count = spec.states().size();
        this.before = new FloatBuffer[count];
        this.after = new FloatBuffer[count];
        FloatBuffer found = null;
        for (int i = 0; i < count; i++) {
            EngineSpec.State state = spec.states().get(i);
            long[] shape = shape(state.shape());
            before[i] = floats(state.elements());
            after[i] = floats(state.elements());
            inputs.put(state.input(), OnnxTensor.createTensor(environment, before[i], shape));
            outputs.put(state.output(), OnnxTensor.createTensor(environment, after[i], shape));
            found = state.output().equals(spec.output()) ? after[i] : found;
        }
        if (found == null) {
            found = floats((int) Arrays.stream(answerShape).reduce(1, (a, b) -> a * b));
            outputs.put(spec.output(), OnnxTensor.createTensor(environment, found, answerShape));
        }
        this.answer = found;
        owned.putAll(inputs);
        outputs.forEach((name, value) -> owned.put("output " + name, (OnnxTensor) value));
    }

    private Filled event(OrtEnvironment environment, EngineSpec.Input input) throws OrtException {
        int elements = input.elements();
        long[] shape = shape(input.shape());
        switch (input.type()) {
            case INT64 -> {
                LongBuffer longs = direct(elements * Long.BYTES).asLongBuffer();
                inputs.put(input.name(), OnnxTensor.createTensor(environment, longs, shape));
                return new Filled(elements, null, longs, null);
            }
            case INT32 -> {
                IntBuffer ints = direct(elements * Integer.BYTES).asIntBuffer();
                inputs.put(input.name(), OnnxTensor.createTensor(environment, ints, shape));
                return new Filled(elements, null, null, ints);
            }
            default -> {
                FloatBuffer floats = floats(elements);
                inputs.put(input.name(), OnnxTensor.createTensor(environment, floats, shape));
                return new Filled(elements, floats, null, null);
            }
        }
    }

    static FloatBuffer floats(int elements) {
        return direct(elements * Float.BYTES).asFloatBuffer();
    }

    /** Memory that begins at a multiple of the alignment. */
    static ByteBuffer direct(int bytes) {
        // The slice loses up to one step of the alignment at each end.
        return ByteBuffer.allocateDirect(bytes + 2 * ALIGNMENT)
                .alignedSlice(ALIGNMENT)
                .limit(bytes)
                .slice()
                .order(ByteOrder.nativeOrder());
    }

    static long[] shape(int[] shape) {
        return Arrays.stream(shape).asLongStream().toArray();
    }

    Map<String, OnnxTensor> inputs() {
        return inputs;
    }

    Map<String, OnnxValue> outputs() {
        return outputs;
    }

    /** All tensors, to be closed. */
    Iterable<OnnxTensor> tensors() {
        return owned.values();
    }

    /** Takes an event and the states before the step in. */
    void put(float[] raw, float[] state) {
        int at = 0;
        for (Filled event : events) {
            event.fill(raw, at);
            at += event.elements();
        }
        at = 0;
        for (FloatBuffer part : before) {
            part.put(0, state, at, part.capacity());
            at += part.capacity();
        }
    }

    /** Gives the states after the step and the answer out. */
    void get(float[] state, float[] output) {
        int at = 0;
        for (FloatBuffer part : after) {
            part.get(0, state, at, part.capacity());
            at += part.capacity();
        }
        answer.get(0, output);
    }
}
