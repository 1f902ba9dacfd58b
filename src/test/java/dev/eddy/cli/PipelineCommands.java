package dev.eddy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eddy.app.EddyApplication;
import dev.eddy.app.rollout.InstanceReports;
import dev.eddy.artifact.ModelFile;
import dev.eddy.config.EddyConfig;
import dev.eddy.testing.TestKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a pipeline whose settings are in a file, and an instance of it in this process. */
abstract class PipelineCommands {
    @TempDir
    Path directory;

    /** The settings; a test writes them. */
    Path config;

    final String ok(String... arguments) {
        CommandRun run = eddy(arguments);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        return run.out();
    }

    final CommandRun eddy(String... line) {
        List<String> all = new ArrayList<>(List.of(line));
        all.addAll(1, List.of("-c", config.toString()));
        return CommandRun.of(all.toArray(String[]::new));
    }

    final EddyApplication start() throws IOException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(config)) {
            properties.load(reader);
        }
        EddyConfig settings = new EddyConfig(properties);
        EddyApplication application = EddyApplication.start(settings);
        try (InstanceReports reports = new InstanceReports(settings)) {
            Awaitility.await()
                    .atMost(TestKafka.PATIENCE)
                    .until(() -> reports.live().size() == 1);
        }
        return application;
    }

    final Path write(ModelFile model) throws IOException {
        Path file = directory.resolve(model.fingerprint().brief());
        model.write(file);
        return file;
    }
}
