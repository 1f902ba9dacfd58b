package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.testing.RuntimeCases;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models for ONNX Runtime on the command line, with the runtime and without it. */
class RuntimeCommandTest {
    private static final String GRAPH =
            RuntimeCases.FOLDER.resolve("residual-lstm.onnx").toString();

    @TempDir
    private Path folder;

    @Test
    void shouldSayThatAndWhyAModelRunsOnOnnxRuntime() {
        String model = folder.resolve("m").toString();
        CommandRun run = CommandRun.of("import", GRAPH, "-o", model);
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("runs on ONNX Runtime, not on Eddy's own engine: ", "sum of two layers")
                .contains("state h0 -> hn [2, 1, 6]", "state c0 -> cn [2, 1, 6]");
        CommandRun own = CommandRun.of("import", GRAPH, "--engine", "native", "-o", model);
        assertThat(own.exitCode()).isEqualTo(1);
        assertThat(own.err()).contains("sum of two layers").hasLineCount(1);
    }

    @Test
    void shouldSayWhatToAddWhereTheRuntimeIsNotOnTheClassPath() throws Exception {
        Path model = folder.resolve("m");
        RuntimeCases.model("residual-lstm").write(model);
        String said = withoutRuntime("inspect", model.toString());
        assertThat(said)
                .contains("runs on ONNX Runtime, which is not on the class path")
                .contains("com.microsoft.onnxruntime:onnxruntime")
                .contains("java -cp target/eddy.jar:onnxruntime-" + builtWith() + ".jar dev.eddy.cli.Main")
                .hasLineCount(1);
        assertThat(withoutRuntime("import", GRAPH, "-o", model.toString()))
                .contains("sum of two layers", "on ONNX Runtime instead", "not on the class path")
                .hasLineCount(1);
        assertThat(withoutRuntime("import", "src/test/resources/golden/lstm.onnx", "-o", model.toString()))
                .startsWith("lstm@1 ");
    }

    /** What a command says in a JVM whose class path lacks the runtime. */
    private String withoutRuntime(String... arguments) throws IOException, InterruptedException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("onnxruntime-"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                "dev.eddy.cli.Main"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    /** The version the build names. */
    private static String builtWith() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        int at = pom.indexOf("<onnxruntime.version>") + "<onnxruntime.version>".length();
        return pom.substring(at, pom.indexOf('<', at));
    }
}
