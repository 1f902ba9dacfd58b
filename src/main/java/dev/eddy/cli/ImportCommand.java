package dev.eddy.cli;

import dev.eddy.app.models.ModelImport;
import dev.eddy.artifact.ModelFile;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eddy import}: a file of PyTorch or ONNX becomes a model file. */
@Command(
        name = "import",
        description = "Makes a model file of an ONNX file or of PyTorch weights in a safetensors file.",
        footer = {
            "",
            "A file without a spec reads one list of numbers, 'features', from each event or, where it begins with an"
                    + " embedding, one integer id, 'token'. A spec names fields, labels and the task; sizes and weights"
                    + " come from the file:",
            "",
            "  {\"features\": [{\"kind\": \"number\", \"field\": \"value\", \"mean\": 20, \"std\": 4}],",
            "   \"task\": {\"kind\": \"predict\", \"fields\": [\"value\"]}}",
            "",
            "The decoder of a sequence-to-sequence model is found by its module's prefix in a PyTorch state dict:",
            "",
            "  {\"decoder\": {\"tensors\": \"decoder\", \"limit\": 20,",
            "   \"feedback\": {\"kind\": \"token\", \"start\": 0, \"end\": 1}}}",
            "",
            "Of a bidirectional network the spec says how many later events an answer waits for, as \"lookAhead\": 8, or"
                    + " how long a sequence may be that is read as a whole, as \"maxLength\": 500.",
            "",
            "Several outputs of an ONNX graph become several heads; \"head\": {\"from\": \"NAME\"} or"
                    + " \"heads\": [{\"from\": \"NAME\"}, ...] chooses among them.",
            "A graph of one step that Eddy does not recognise runs on ONNX Runtime. Which output returns which state is seen by"
                    + " names as h0 and hn, or h and h_out; the spec may say it:",
            "",
            "  {\"engine\": {\"states\": [{\"input\": \"a\", \"output\": \"b\"}], \"output\": \"y\"}}",
            "",
            "Example:  eddy import step.onnx --spec spec.json -o nab.eddy",
            "What cannot be imported faithfully is refused, with the reason and what to do."
        })
final class ImportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "FILE", description = "ONNX or safetensors file.")
    private Path file;

    @Option(names = "--spec", paramLabel = "SPEC.json", description = "What the file does not say itself.")
    private Path spec;

    @Option(names = "--name", description = "Name of the model; otherwise the spec's or the file's.")
    private String name;

    @Option(names = "--version", description = "Version of the model; otherwise the spec's or 1.")
    private String version;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description =
                    "What runs an ONNX graph: auto, native or onnxruntime. auto: Eddy itself where it recognises the graph,"
                            + " else ONNX Runtime, whose jar must then be on the class path. Default: ${DEFAULT-VALUE}.",
            defaultValue = "auto")
    private ModelImport.Engine engine;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description =
                    "How matrices are kept: original, or bf16: rounded to half the bytes, and faster where the network is"
                            + " larger than a cache. Probes are checked with the rounded weights. Default: ${DEFAULT-VALUE}.",
            defaultValue = "original")
    private ModelImport.WeightType weights;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli reads it
    private boolean help;

    @Option(
            names = "--bind",
            paramLabel = "NAME=FILE.pb",
            description = "A tensor for an input of the graph that is a weight; may be repeated.")
    private Map<String, Path> bindings = new TreeMap<>();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "MODEL",
            required = true,
            description = "The model file to write.")
    private Path output;

    @Override
    public Integer call() throws Exception {
        String json = spec == null ? null : Files.readString(spec);
        ModelImport.Imported imported =
                new ModelImport(file, json, name, version, bindings, engine, weights).imported();
        ModelFile model = imported.model();
        model.write(output);
        PrintWriter out = command.commandLine().getOut();
        out.println(model.id().label() + " " + model.fingerprint() + " -> " + output);
        if (imported.rounding() != null) {
            out.println(imported.rounding());
        }
        if (imported.reason() != null) {
            out.println("runs on ONNX Runtime, not on Eddy's own engine: " + imported.reason());
            model.spec()
                    .engine()
                    .states()
                    .forEach(state -> out.println(
                            "state " + state.input() + " -> " + state.output() + " " + Arrays.toString(state.shape())));
        }
        return 0;
    }
}
