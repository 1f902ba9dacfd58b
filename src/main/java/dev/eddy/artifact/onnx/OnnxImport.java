package dev.eddy.artifact.onnx;

import dev.eddy.artifact.ModelFile;
import dev.eddy.artifact.ModelNames;
import dev.eddy.artifact.Tensor;
import dev.eddy.model.InvalidModelException;
import dev.eddy.model.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Imports ONNX files of recurrent networks. An imported model reads one vector {@code features} or, where the graph begins
 * with an embedding, one id {@code token}; several inputs keep their names. What cannot be imported faithfully is refused.
 */
public final class OnnxImport {
    private OnnxImport() {}

    /**
     * Imports a file; weights in a second file are found beside it.
     *
     * @param bindings tensors for inputs of the graph that are weights
     * @throws InvalidModelException if the file is no ONNX file or holds what cannot be imported
     */
    public static ModelFile read(Path file, Map<String, Tensor> bindings) throws IOException {
        return read(file, bindings, List.of());
    }

    /**
     * Imports a file of which some outputs are wanted.
     *
     * @param bindings tensors for inputs of the graph that are weights
     * @param answers  names of outputs, each of which becomes a head; empty for all that are no states
     * @throws InvalidModelException if the file is no ONNX file or holds what cannot be imported
     */
    public static ModelFile read(Path file, Map<String, Tensor> bindings, List<String> answers) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        try {
            return read(Files.readAllBytes(file), ModelNames.stemOf(file), folder, bindings, answers);
        } catch (WrongStreamException e) {
            throw new WrongStreamException(new InvalidModelException(file + ": " + e.getMessage(), e));
        } catch (InvalidModelException e) {
            throw new InvalidModelException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Imports a file's bytes.
     *
     * @param name     name of the model
     * @param folder   where second files may lie; {@code null} for none
     * @param bindings tensors for inputs of the graph that are weights
     */
    public static ModelFile read(byte[] file, String name, Path folder, Map<String, Tensor> bindings) {
        return read(file, name, folder, bindings, List.of());
    }

    private static ModelFile read(
            byte[] file, String name, Path folder, Map<String, Tensor> bindings, List<String> chosen) {
        OnnxModel model = OnnxReader.read(file);
        Map<String, Constant> bound = new HashMap<>();
        bindings.forEach((input, tensor) -> bound.put(requireInput(model, input), TensorDecoder.of(tensor)));
        long size = file.length
                + bindings.values().stream()
                        .mapToLong(t -> t.data().remaining())
                        .sum()
                + externalBytes(model);
        Budget budget = new Budget(size);
        GraphInterpreter graph =
                new GraphInterpreter(model, bound, new TensorDecoder(new ExternalData(folder)), budget);
        Map<String, Series> all = new CellLifting(graph.expressions(), budget).lift(graph.run());
        GraphOutputs found = new GraphOutputs(graph.expressions(), all);
        List<String> answers = found.answers(chosen);
        Map<String, Series> outputs = found.without(chosen);
        Draft draft = draft(graph, outputs, answers, budget);
        try {
            new StateCheck(graph.expressions(), draft).run(graph.openInputs(), outputs, answers, found.several());
        } catch (InvalidModelException e) {
            throw new WrongStreamException(e);
        }
        ModelSpec.Emit emit = emit(draft, answers.stream().map(outputs::get).toList());
        return new ModelAssembler(draft).assemble(name, "1", emit);
    }

    /**
     * When a model answers. The last answer of layers that read forward is one of those they give at every event; what layers
     * that read backward make of a whole sequence is not.
     */
    private static ModelSpec.Emit emit(Draft draft, List<Series> answers) {
        if (!draft.readsBackward()) {
            return null;
        }
        boolean end = answers.get(0).moment() == Series.Moment.LAST;
        if (answers.stream().anyMatch(answer -> (answer.moment() == Series.Moment.LAST) != end)) {
            throw new InvalidModelException(
                    "some outputs of the graph are answers for every event and some for the whole"
                            + " sequence, and a layer reads backward; choose outputs of one kind with \"heads\" in the spec");
        }
        return end ? ModelSpec.Emit.END : null;
    }

    /** Reads a serialised TensorProto, to bind it. */
    public static Tensor readTensor(byte[] file) {
        return new TensorDecoder(new ExternalData(null)).toTensor(OnnxReader.readTensor(file));
    }

    private static Draft draft(
            GraphInterpreter graph, Map<String, Series> outputs, List<String> answers, Budget budget) {
        Draft draft = new ChainBuilder(graph.expressions(), budget)
                .build(answers.stream().map(name -> outputs.get(name).refs()).toList());
        if (draft.layers().stream().noneMatch(Draft.Layer::recurrent)) {
            throw new InvalidModelException(
                    "the graph has no recurrent layer, or one whose state starts anew with every step;"
                            + " export nn.LSTM, nn.GRU, nn.RNN or one of their cells with states as inputs and outputs");
        }
        return draft;
    }

    private static String requireInput(OnnxModel model, String name) {
        if (model.inputs().stream().noneMatch(port -> port.name().equals(name))) {
            throw new InvalidModelException("the graph has no input '" + name + "' to bind; it has "
                    + model.inputs().stream().map(OnnxModel.Port::name).toList());
        }
        return name;
    }

    /** What second files hold, as far as the shapes say; reading them checks it. */
    private static long externalBytes(OnnxModel model) {
        long bytes = 0;
        for (OnnxModel.TensorData tensor : model.initializers().values()) {
            long elements = 1;
            for (long extent : tensor.dims()) {
                elements = Math.min(elements * Math.max(0, Math.min(extent, 1 << 30)), 1 << 30);
            }
            bytes += tensor.external() == null ? 0 : elements * Float.BYTES;
        }
        return Math.min(bytes, 1L << 34);
    }
}
