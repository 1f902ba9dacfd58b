package dev.eddy.artifact.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.Feature;
import dev.eddy.model.InvalidModelException;
import dev.eddy.testing.Golden;
import dev.eddy.testing.Material;
import dev.eddy.testing.Sequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The single-operator tests of the onnx project. Each runs as a network, its first input being the events; or, where it only
 * moves or computes constants, as the interpreter folds it; or it is refused with the sentence below.
 */
class OnnxOperatorTest {
    private static final double TOLERANCE = 1e-5;
    private static final String NETWORK = "network";
    private static final String FOLDED = "folded";

    /** What becomes of a case that is no network: it is folded, or the sentence of its refusal. */
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("test_add", FOLDED),
            Map.entry("test_argmax_default_axis_example", "ArgMax node 'result': this operator has no counterpart"),
            Map.entry("test_cast_DOUBLE_to_FLOAT", FOLDED),
            Map.entry("test_concat_2d_axis_1", FOLDED),
            Map.entry("test_concat_3d_axis_negative_1", FOLDED),
            Map.entry("test_constant", FOLDED),
            Map.entry("test_constantofshape_float_ones", FOLDED),
            Map.entry("test_constantofshape_int_zeros", FOLDED),
            Map.entry("test_expand_dim_changed", FOLDED),
            Map.entry("test_flatten_axis1", FOLDED),
            Map.entry("test_gather_0", FOLDED),
            Map.entry("test_gather_2d_indices", "Gather node 'y': indices of more than one axis are not supported"),
            Map.entry("test_gemm_all_attributes", "only a product of a row of features and a matrix is supported"),
            Map.entry("test_matmul_3d", "it multiplies by several matrices, which is not supported"),
            Map.entry("test_matmul_bcast", "it multiplies by several matrices, which is not supported"),
            Map.entry("test_reshape_reduced_dims", FOLDED),
            Map.entry("test_shape_example", FOLDED),
            Map.entry("test_slice", FOLDED),
            Map.entry("test_slice_end_out_of_bounds", FOLDED));

    @TestFactory
    Stream<DynamicTest> shouldGiveTheOutputsOfTheOnnxOperatorTestOrRefuse() throws IOException {
        return Stream.of("single-op", "pytorch-converted").flatMap(OnnxOperatorTest::cases);
    }

    private static Stream<DynamicTest> cases(String group) {
        try (Stream<Path> folders = Files.list(Material.path("onnx-node-tests/" + group))) {
            return folders.sorted().toList().stream()
                    .map(folder ->
                            DynamicTest.dynamicTest(folder.getFileName().toString(), () -> new Case(folder).check()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** One test: its graph, the values of its inputs, and the output wanted. */
    private static final class Case {
        private final String name;
        private final OnnxModel graph;
        private final Map<String, Tensor> inputs = new TreeMap<>();
        private final Tensor wanted;

        Case(Path folder) throws IOException {
            name = folder.getFileName().toString();
            graph = OnnxReader.read(Files.readAllBytes(folder.resolve("model.onnx")));
            List<String> open = graph.inputs().stream()
                    .map(OnnxModel.Port::name)
                    .filter(input -> !graph.initializers().containsKey(input))
                    .toList();
            for (int i = 0; i < open.size(); i++) {
                inputs.put(open.get(i), tensor(folder, "input_" + i));
            }
            wanted = tensor(folder, "output_0");
        }

        private static Tensor tensor(Path folder, String file) throws IOException {
            return OnnxImport.readTensor(Files.readAllBytes(folder.resolve("test_data_set_0/" + file + ".pb")));
        }

        void check() {
            String others = OTHERS.getOrDefault(name, NETWORK);
            if (others.equals(NETWORK)) {
                runs();
            } else if (others.equals(FOLDED)) {
                folds();
            } else {
                assertThatThrownBy(this::runs)
                        .isInstanceOf(InvalidModelException.class)
                        .hasMessageContaining(others);
            }
        }

        private GraphInterpreter interpreter(String open) {
            Map<String, Constant> bound = new HashMap<>();
            inputs.forEach((input, tensor) -> bound.put(input, TensorDecoder.of(tensor)));
            bound.remove(open);
            return new GraphInterpreter(graph, bound, new TensorDecoder(new ExternalData(null)), new Budget(1 << 20));
        }

        private void folds() {
            GraphInterpreter interpreter = interpreter("");
            interpreter.interpret();
            Value value = interpreter.value(graph.outputs().get(0).name());
            Constant constant = value instanceof Dims dims ? dims.fixed() : (Constant) value;
            assertThat(constant.shape()).isEqualTo(wanted.shape());
            for (int i = 0; i < constant.numbers().size(); i++) {
                float got = (float) constant.numbers().at(i);
                float asked = wanted.toFloats()[i];
                boolean same = Float.compare(got, asked) == 0; // NaN and infinity are among the values
                assertThat(same ? 0 : Golden.difference(got, asked)).isLessThan(TOLERANCE);
            }
        }

        /** Every point of the input's running axes is an event. */
        private void runs() {
            String open = graph.inputs().stream()
                    .map(OnnxModel.Port::name)
                    .filter(inputs::containsKey)
                    .findFirst()
                    .orElse("");
            GraphInterpreter interpreter = interpreter(open);
            interpreter.interpret();
            Series output = (Series) interpreter.value(graph.outputs().get(0).name());
            Draft draft =
                    new ChainBuilder(interpreter.expressions(), new Budget(1 << 20)).build(List.of(output.refs()));
            ModelFile model = new ModelAssembler(draft).assemble("m", "1", null);
            Series input = (Series) interpreter.value(open);
            int[] shape = inputs.get(open).shape();
            assertThat(output.axes()).hasSize(wanted.shape().length);
            int[] at = new int[shape.length];
            for (boolean more = true; more; more = next(at, input, shape)) {
                compare(at, input, output, new Sequence(model).step(event(model, at, input, shape, open)));
            }
        }

        /** Moves on to the next point of the running axes. */
        private static boolean next(int[] at, Series input, int[] shape) {
            for (int i = at.length - 1; i >= 0; i--) {
                if (input.axes().get(i).runs() && ++at[i] < shape[i]) {
                    return true;
                }
                at[i] = 0;
            }
            return false;
        }

        private Map<String, Object> event(ModelFile model, int[] at, Series input, int[] shape, String open) {
            float[] all = inputs.get(open).toFloats();
            List<Object> values = new ArrayList<>();
            for (int e = 0; e < all.length; e++) {
                boolean here = true;
                for (int i = shape.length - 1, rest = e; i >= 0; rest /= shape[i], i--) {
                    here &= !input.axes().get(i).runs() || rest % shape[i] == at[i];
                }
                if (here) {
                    values.add(all[e]);
                }
            }
            Feature feature = model.spec().features().get(0);
            return Map.of(
                    feature.field(), feature instanceof Feature.Token ? ((Number) values.get(0)).intValue() : values);
        }

        /** Compares the part of the wanted output that stands at one point. */
        private void compare(int[] at, Series input, Series output, double[] got) {
            int[] shape = wanted.shape();
            int next = 0;
            for (int e = 0; e < wanted.toFloats().length; e++) {
                boolean here = true;
                for (int i = shape.length - 1, rest = e; i >= 0; rest /= shape[i], i--) {
                    here &= !output.axes().get(i).runs()
                            || rest % shape[i] == at[place(output.axes().get(i), input)];
                }
                if (here) {
                    assertThat(Golden.difference(got[next++], wanted.toFloats()[e]))
                            .isLessThan(TOLERANCE);
                }
            }
            assertThat(next).isEqualTo(got.length);
        }

        private static int place(Axis axis, Series input) {
            for (int i = 0; i < input.rank(); i++) {
                if (input.axes().get(i).same(axis)) {
                    return i;
                }
            }
            throw new AssertionError("an axis of the output is none of the input");
        }
    }
}
