package dev.eddy.network.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.eddy.model.EngineSpec;
import dev.eddy.model.InvalidModelException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Runs a graph before it may score, to see what its nodes alone do not tell: that it gives what the spec says, the same for the
 * same, that its states matter, and that steps one by one give what several in one call give.
 */
final class GraphTrial {
    private static final int STEPS = 3;
    private static final int TRIALS = 4;
    private static final long SEED = 1990;
    /** Largest difference, relative above 1, between several events in one call and in several. */
    private static final double TOLERANCE = 1e-3;
    /** A larger answer would not fit into a record. */
    private static final long MAX_OUTPUTS = 250_000;

    private final EngineSpec spec;
    private final GraphSession session;
    private final SplittableRandom random = new SplittableRandom(SEED);

    /** A tensor that came out. */
    private record Given(long[] shape, float[] values) {}

    /** A tensor that goes in: its extents and its numbers, which are cast where they are ids. */
    private record Taken(EngineSpec.Type type, long[] shape, float[] values) {}

    GraphTrial(EngineSpec spec, GraphSession session) {
        this.spec = spec;
        this.session = session;
    }

    /**
     * Runs the trials.
     *
     * @return extents of the answer
     * @throws InvalidModelException if the graph fails one
     */
    long[] run() {
        List<float[]> events = events();
        List<Map<String, Given>> steps = steps(events);
        long[] answerShape = steps.get(0).get(spec.output()).shape();
        requireShapes(steps, answerShape);
        requireSame(steps, steps(events));
        requireInfluence(state(steps.get(STEPS - 1)));
        requireNoTime(events);
        return answerShape;
    }

    private List<float[]> events() {
        List<float[]> events = new ArrayList<>();
        for (int t = 0; t < STEPS; t++) {
            events.add(event());
        }
        return events;
    }

    private float[] event() {
        float[] raw = new float[spec.inputSize()];
        for (int i = 0; i < raw.length; i++) {
            EngineSpec.Input input = spec.inputAt(i);
            int ids = input.ids() == null ? 1 : input.ids();
            raw[i] = input.type().integral() ? random.nextInt(ids) : number();
        }
        return raw;
    }

    private float number() {
        return (float) (random.nextDouble() * 2 - 1);
    }

    /** One call for each event, from zero state. */
    private List<Map<String, Given>> steps(List<float[]> events) {
        List<Map<String, Given>> steps = new ArrayList<>();
        float[] state = new float[spec.stateSize()];
        for (float[] event : events) {
            Map<String, Given> given = step(event, state);
            steps.add(given);
            requireShapes(List.of(given), given.get(spec.output()).shape());
            state = state(given);
        }
        return steps;
    }

    private float[] state(Map<String, Given> given) {
        float[] state = new float[spec.stateSize()];
        int at = 0;
        for (EngineSpec.State part : spec.states()) {
            System.arraycopy(given.get(part.output()).values(), 0, state, at, part.elements());
            at += part.elements();
        }
        return state;
    }

    private Map<String, Given> step(float[] event, float[] state) {
        try {
            return call(taken(List.of(event), state, Map.of()));
        } catch (OrtException e) {
            throw new InvalidModelException(
                    "ONNX Runtime fails in the first step of the model's graph: " + GraphSession.sentence(e), e);
        }
    }

    private void requireShapes(List<Map<String, Given>> steps, long[] answerShape) {
        for (Map<String, Given> given : steps) {
            for (EngineSpec.State state : spec.states()) {
                long[] shape = given.get(state.output()).shape();
                if (!Arrays.equals(shape, StepBuffers.shape(state.shape()))) {
                    throw new InvalidModelException("the graph takes the state '" + state.input() + "' in the shape "
                            + Arrays.toString(state.shape()) + " but returns it, as '" + state.output()
                            + "', in the shape "
                            + Arrays.toString(shape) + "; a state must come back as it went in");
                }
            }
            if (!Arrays.equals(given.get(spec.output()).shape(), answerShape)) {
                throw new InvalidModelException("the graph's output '" + spec.output() + "' has the shape "
                        + Arrays.toString(answerShape) + " at one event and "
                        + Arrays.toString(given.get(spec.output()).shape())
                        + " at another; it must be the same at all");
            }
        }
    }

    private static void requireSame(List<Map<String, Given>> steps, List<Map<String, Given>> again) {
        for (int t = 0; t < steps.size(); t++) {
            for (Map.Entry<String, Given> given : steps.get(t).entrySet()) {
                if (!sameBits(given.getValue(), again.get(t).get(given.getKey()))) {
                    throw new InvalidModelException("the graph's output '" + given.getKey()
                            + "' differs when the same events come again; is dropout active in the export?");
                }
            }
        }
    }

    private static boolean sameBits(Given one, Given other) {
        return Arrays.equals(one.shape(), other.shape()) && Arrays.equals(one.values(), other.values());
    }

    /** Whether a number differs by more than its sign of zero. */
    private static boolean differs(float[] one, float[] other) {
        for (int i = 0; i < one.length; i++) {
            if (one[i] != other[i] && !(Float.isNaN(one[i]) && Float.isNaN(other[i]))) {
                return true;
            }
        }
        return one.length != other.length;
    }

    /** Another value of any part of a state must change something. */
    private void requireInfluence(float[] state) {
        int at = 0;
        for (EngineSpec.State part : spec.states()) {
            int slices = part.shape().length > 1 ? part.shape()[0] : 1;
            int width = part.elements() / slices;
            for (int slice = 0; slice < slices; slice++) {
                if (!influences(state, at + slice * width, width)) {
                    throw new InvalidModelException("the graph ignores the state '" + part.input() + "'"
                            + (slices > 1 ? ", part " + slice : "")
                            + ": neither its answer nor any new state depends on it; were states lost in the export?");
                }
            }
            at += part.elements();
        }
    }

    private boolean influences(float[] state, int at, int width) {
        for (int trial = 0; trial < TRIALS; trial++) {
            float[] event = event();
            float[] other = state.clone();
            for (int i = at; i < at + width; i++) {
                other[i] += number();
            }
            Map<String, Given> before = step(event, state);
            Map<String, Given> after = step(event, other);
            if (before.entrySet().stream()
                    .anyMatch(entry -> differs(
                            entry.getValue().values(), after.get(entry.getKey()).values()))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Where an axis of the inputs is open that the states do not have, it may be time. Then several events in one call must give
     * what one call for each gives: a graph that looks along time does not.
     */
    private void requireNoTime(List<float[]> events) {
        for (Map<String, Integer> axis : openAxes()) {
            List<float[]> moving = events.stream()
                    .map(event -> onlyAlong(axis, event, events.get(0)))
                    .toList();
            Map<String, Given> together;
            try {
                together = call(taken(moving, new float[spec.stateSize()], axis));
            } catch (OrtException e) {
                continue; // The graph takes one event at a time, whatever its shapes say.
            }
            boolean keepsStates = spec.states().stream()
                    .allMatch(s -> Arrays.equals(together.get(s.output()).shape(), StepBuffers.shape(s.shape())));
            if (keepsStates && !agrees(together, steps(moving))) {
                throw new InvalidModelException("the graph cannot stream: " + STEPS
                        + " events in one call give another result than in " + STEPS
                        + " calls, so it looks along the open axis of "
                        + axis.keySet()
                        + " by other ways than its states (a window, a reverse direction, a state that begins anew);"
                        + " export one step that carries all it remembers");
            }
        }
    }

    /** An event with the numbers of another one for all inputs that do not have the axis. */
    private float[] onlyAlong(Map<String, Integer> axis, float[] event, float[] other) {
        float[] mixed = event.clone();
        int at = 0;
        for (EngineSpec.Input input : spec.inputs()) {
            if (!axis.containsKey(input.name())) {
                System.arraycopy(other, at, mixed, at, input.elements());
            }
            at += input.elements();
        }
        return mixed;
    }

    private boolean agrees(Map<String, Given> together, List<Map<String, Given>> steps) {
        Map<String, Given> last = steps.get(STEPS - 1);
        for (EngineSpec.State state : spec.states()) {
            if (!close(
                    together.get(state.output()).values(),
                    last.get(state.output()).values())) {
                return false;
            }
        }
        Given answer = together.get(spec.output());
        Given one = last.get(spec.output());
        if (Arrays.equals(answer.shape(), one.shape())) {
            return close(answer.values(), one.values());
        }
        int axis = Arrays.mismatch(answer.shape(), one.shape());
        if (answer.values().length != STEPS * one.values().length
                || answer.shape()[axis] != STEPS * one.shape()[axis]) {
            return false;
        }
        int inner = elements(one.shape(), axis, one.shape().length);
        for (int t = 0; t < STEPS; t++) {
            float[] wanted = steps.get(t).get(spec.output()).values();
            float[] part = new float[wanted.length];
            for (int i = 0; i < part.length; i += inner) {
                System.arraycopy(answer.values(), i * STEPS + t * inner, part, i, inner);
            }
            if (!close(part, wanted)) {
                return false;
            }
        }
        return true;
    }

    /** Product of the extents in [from, to). */
    private static int elements(long[] shape, int from, int to) {
        int elements = 1;
        for (int i = from; i < to; i++) {
            elements *= (int) shape[i];
        }
        return elements;
    }

    private static boolean close(float[] one, float[] other) {
        for (int i = 0; i < one.length; i++) {
            boolean same = Float.compare(one[i], other[i]) == 0
                    || Math.abs((double) one[i] - other[i]) <= TOLERANCE * Math.max(1, Math.abs(other[i]));
            if (!same) {
                return false;
            }
        }
        return true;
    }

    /** The open axes of the inputs, as input to axis: those of one name belong together, of those without one each place does. */
    private List<Map<String, Integer>> openAxes() {
        Map<String, Map<String, Integer>> axes = new TreeMap<>();
        Map<String, TensorInfo> infos = session.inputs();
        for (EngineSpec.Input input : spec.inputs()) {
            TensorInfo info = infos.get(input.name());
            for (int i = 0; i < info.getShape().length; i++) {
                if (info.getShape()[i] < 0 && input.shape()[i] == 1) {
                    String name = info.getDimensionNames()[i];
                    axes.computeIfAbsent(name.isEmpty() ? "axis " + i : "name " + name, key -> new LinkedHashMap<>())
                            .put(input.name(), i);
                }
            }
        }
        for (EngineSpec.State state : spec.states()) {
            for (String name : infos.get(state.input()).getDimensionNames()) {
                axes.remove("name " + name);
            }
        }
        return List.copyOf(axes.values());
    }

    /**
     * What a call takes.
     *
     * @param axis the axis of each input along which several events lie; the others take the first one
     */
    private Map<String, Taken> taken(List<float[]> events, float[] state, Map<String, Integer> axis) {
        Map<String, Taken> taken = new HashMap<>();
        int at = 0;
        for (EngineSpec.Input input : spec.inputs()) {
            int count = axis.containsKey(input.name()) ? events.size() : 1;
            long[] shape = StepBuffers.shape(input.shape());
            if (count > 1) {
                shape[axis.get(input.name())] = count;
            }
            float[] values = new float[count * input.elements()];
            int inner = count > 1 ? input.elements() / elements(shape, 0, axis.get(input.name())) : input.elements();
            for (int i = 0; i < input.elements(); i += inner) {
                for (int t = 0; t < count; t++) {
                    System.arraycopy(events.get(t), at + i, values, i * count + t * inner, inner);
                }
            }
            taken.put(input.name(), new Taken(input.type(), shape, values));
            at += input.elements();
        }
        at = 0;
        for (EngineSpec.State part : spec.states()) {
            float[] values = Arrays.copyOfRange(state, at, at + part.elements());
            taken.put(part.input(), new Taken(EngineSpec.Type.FLOAT, StepBuffers.shape(part.shape()), values));
            at += part.elements();
        }
        return taken;
    }

    private Map<String, Given> call(Map<String, Taken> taken) throws OrtException {
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try {
            for (Map.Entry<String, Taken> entry : taken.entrySet()) {
                tensors.put(entry.getKey(), tensor(entry.getValue()));
            }
            try (OrtSession.Result result = session.run(tensors)) {
                Map<String, Given> given = new HashMap<>();
                for (Map.Entry<String, OnnxValue> value : result) {
                    if (wanted(value.getKey())) {
                        given.put(value.getKey(), given(value.getKey(), (OnnxTensor) value.getValue()));
                    }
                }
                return given;
            }
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private boolean wanted(String output) {
        return output.equals(spec.output())
                || spec.states().stream().anyMatch(state -> state.output().equals(output));
    }

    private OnnxTensor tensor(Taken taken) throws OrtException {
        int count = taken.values().length;
        ByteBuffer data = StepBuffers.direct(count * Long.BYTES);
        switch (taken.type()) {
            case INT64 -> {
                for (int i = 0; i < count; i++) {
                    data.putLong(i * Long.BYTES, (long) taken.values()[i]);
                }
                return OnnxTensor.createTensor(
                        session.environment(), data.asLongBuffer().limit(count), taken.shape());
            }
            case INT32 -> {
                for (int i = 0; i < count; i++) {
                    data.putInt(i * Integer.BYTES, (int) taken.values()[i]);
                }
                return OnnxTensor.createTensor(
                        session.environment(), data.asIntBuffer().limit(count), taken.shape());
            }
            default -> {
                data.asFloatBuffer().put(taken.values());
                return OnnxTensor.createTensor(
                        session.environment(), data.asFloatBuffer().limit(count), taken.shape());
            }
        }
    }

    private static Given given(String name, OnnxTensor tensor) {
        TensorInfo info = tensor.getInfo();
        if (!isFloat(info) || info.getNumElements() > STEPS * MAX_OUTPUTS || info.getNumElements() < 1) {
            throw new InvalidModelException("the graph's output '" + name + "' is " + info.onnxType + " of shape "
                    + Arrays.toString(info.getShape()) + "; it must be float32, 1 to " + MAX_OUTPUTS + " numbers");
        }
        float[] values = new float[(int) info.getNumElements()];
        tensor.getFloatBuffer().get(values);
        return new Given(info.getShape(), values);
    }

    static boolean isFloat(TensorInfo info) {
        return info.onnxType == TensorInfo.OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    }
}
