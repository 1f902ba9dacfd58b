package dev.eddy.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.eddy.app.models.ModelReport;
import dev.eddy.artifact.ModelFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eddy inspect}: what is in a model file, and whether it could go live. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description =
                "Shows what is in a model file, having verified it: its tensors fit its spec and its probes give what"
                        + " they must.",
        footer = {"", "Example:  eddy inspect nab.eddy", "          eddy inspect --json nab.eddy | jq .fingerprint"})
final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "MODEL", description = "A model file.")
    private Path file;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        ModelReport report = ModelReport.of(ModelFile.read(file));
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(JsonMapper.builder().build().writeValueAsString(report.facts()));
        } else {
            report.lines().forEach(out::println);
        }
        return 0;
    }
}
