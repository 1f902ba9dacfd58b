package dev.eddy.cli;

import dev.eddy.config.EddyConfig;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options with which a command finds its settings: the file, then {@code -D}, which wins. */
final class ConfigOption {
    private static final Path DEFAULT_FILE = Path.of("eddy.properties");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Properties file. Default: eddy.properties in the working directory, if it is there.")
    private Path file;

    @Option(
            names = {"-D", "--set"},
            paramLabel = "KEY=VALUE",
            description = "A setting, stronger than the file's. May be given more than once.")
    private final Map<String, String> overrides = new LinkedHashMap<>();

    /**
     * The settings, checked.
     *
     * @throws ParameterException if there is no file to read
     * @throws org.apache.kafka.common.config.ConfigException if a setting is unknown or not valid
     */
    EddyConfig read() {
        Properties settings = new Properties();
        if (file != null || Files.exists(DEFAULT_FILE)) {
            load(file != null ? file : DEFAULT_FILE, settings);
        } else if (overrides.isEmpty()) {
            throw usage("there is no eddy.properties in the working directory; name one with -c FILE, or set"
                    + " -D bootstrap.servers=HOST:PORT");
        }
        settings.putAll(overrides);
        return new EddyConfig(settings);
    }

    private void load(Path path, Properties settings) {
        if (!Files.isRegularFile(path)) {
            throw usage("there is no file " + path + "; name the properties file with -c FILE");
        }
        try (Reader reader = Files.newBufferedReader(path)) {
            settings.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            throw usage("the file " + path + " is no properties file: " + e.getMessage());
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
