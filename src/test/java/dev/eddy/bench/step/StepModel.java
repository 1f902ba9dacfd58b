package dev.eddy.bench.step;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.RoundedWeights;
import dev.eddy.artifact.Tensor;
import dev.eddy.artifact.onnx.OnnxBuilder;
import dev.eddy.model.Feature;
import dev.eddy.model.LayerSpec.CellKind;
import dev.eddy.model.Task;
import dev.eddy.testing.TestModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * The network that all contenders compute, its weights uniform in ±1/√hidden as PyTorch's are at first, and the inputs they
 * read; the same in every process.
 */
final class StepModel {
    /** Number of different inputs; key j takes input (t + j) mod RING at step t. */
    static final int RING = 64;

    private static final int OPSET = 17;

    private final StepSize size;
    private final ModelFile file;
    private final float[][] inputs; // (RING, input)

    StepModel(StepSize size) {
        this.size = size;
        SplittableRandom random = new SplittableRandom(1);
        List<Feature> features = List.of(new Feature.Vector("features", size.input(), null, null, null));
        List<String> labels = List.of("a", "b", "c", "d");
        ModelFile model = TestModels.model(
                "step", "1", features, CellKind.LSTM, size.hidden(), StepSize.OUTPUTS, new Task.Tag(), labels, 1);
        double bound = 1 / Math.sqrt(size.hidden());
        Map<String, Tensor> tensors = new TreeMap<>();
        model.tensors().forEach((name, tensor) -> {
            float[] values = new float[(int) Tensor.elements(tensor.shape())];
            fill(values, random, bound);
            tensors.put(name, Tensor.of(values, tensor.shape()));
        });
        this.file = new ModelFile(model.spec(), tensors);
        this.inputs = new float[RING][size.input()];
        for (float[] input : inputs) {
            fill(input, random, 1);
        }
    }

    private static void fill(float[] values, SplittableRandom random, double bound) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((random.nextDouble() * 2 - 1) * bound);
        }
    }

    private StepModel(StepModel model, ModelFile file) {
        this.size = model.size;
        this.file = file;
        this.inputs = model.inputs;
    }

    /** The same with its matrices in bf16. */
    StepModel rounded() {
        return new StepModel(this, RoundedWeights.toBfloat16(file));
    }

    StepSize size() {
        return size;
    }

    ModelFile file() {
        return file;
    }

    /** The input of a key at a step, (input). */
    float[] input(long step, int key) {
        return inputs[(int) ((step + key) % RING)];
    }

    float[] weights(String tensor) {
        return file.tensors().get(tensor).toFloats();
    }

    /** Writes it as the C program reads it. */
    void dump(Path path) throws IOException {
        List<String> order = List.of(
                "rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0", "head.weight", "head.bias");
        int floats = RING * size.input();
        for (String tensor : order) {
            floats += weights(tensor).length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(4 * Integer.BYTES + floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(size.input())
                .putInt(size.hidden())
                .putInt(StepSize.OUTPUTS)
                .putInt(RING);
        order.forEach(tensor -> put(bytes, weights(tensor)));
        for (float[] input : inputs) {
            put(bytes, input);
        }
        Files.write(path, bytes.array());
    }

    private static void put(ByteBuffer bytes, float[] values) {
        for (float value : values) {
            bytes.putFloat(value);
        }
    }

    /** The network as an ONNX graph of one step for so many keys: ONNX's own LSTM operator and a Gemm. */
    byte[] onnx(int keys) {
        int hidden = size.hidden();
        return new OnnxBuilder(OPSET)
                .input("x", 1, keys, size.input())
                .input("h", 1, keys, hidden)
                .input("c", 1, keys, hidden)
                .floats("w", onnxGates("rnn.weight_ih_l0"), 1, 4L * hidden, size.input())
                .floats("r", onnxGates("rnn.weight_hh_l0"), 1, 4L * hidden, hidden)
                .floats("b", onnxBias(), 1, 8L * hidden)
                .floats("head", weights("head.weight"), StepSize.OUTPUTS, hidden)
                .floats("head_b", weights("head.bias"), StepSize.OUTPUTS)
                .ints("flat", keys, hidden)
                .node("LSTM", "x w r b - h c", "- hn cn", OnnxBuilder.attribute("hidden_size", hidden))
                .node("Reshape", "hn flat", "top")
                .node("Gemm", "top head head_b", "y", OnnxBuilder.attribute("transB", 1L))
                .shaped("hn", 1, keys, hidden)
                .shaped("cn", 1, keys, hidden)
                .shaped("y", keys, StepSize.OUTPUTS)
                .build();
    }

    /** PyTorch stacks input, forget, cell, output; ONNX input, output, forget, cell. */
    private float[] onnxGates(String tensor) {
        float[] from = weights(tensor);
        float[] to = new float[from.length];
        int gate = from.length / 4;
        int[] order = {0, 3, 1, 2};
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(from, order[i] * gate, to, i * gate, gate);
        }
        return to;
    }

    private float[] onnxBias() {
        float[] input = onnxGates("rnn.bias_ih_l0");
        float[] recurrent = onnxGates("rnn.bias_hh_l0");
        float[] both = new float[input.length + recurrent.length];
        System.arraycopy(input, 0, both, 0, input.length);
        System.arraycopy(recurrent, 0, both, input.length, recurrent.length);
        return both;
    }
}
