package dev.eddy.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code eddy …} in a JVM of its own, from the jar where it is built, else from the class path. */
public final class EddyProcess implements AutoCloseable {
    private final Process process;
    private final Path log;

    private EddyProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts a command; what it says goes to the end of the log file. */
    public static EddyProcess start(Path log, String... arguments) throws IOException {
        return start(log, List.of(), arguments);
    }

    /** The same with options of the JVM. */
    public static EddyProcess start(Path log, List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        command.addAll(options);
        String jar = System.getProperty("eddy.jar", "");
        if (Files.exists(Path.of(jar)) && !jar.isEmpty()) {
            command.addAll(List.of("-jar", jar));
        } else {
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.eddy.cli.Main"));
        }
        command.addAll(List.of(arguments));
        File file = log.toFile();
        return new EddyProcess(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(file))
                        .start(),
                log);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    public void kill() {
        process.destroyForcibly();
        await();
    }

    /** SIGTERM, then the exit code. */
    public int terminate() {
        process.destroy();
        return await();
    }

    /** The exit code. */
    public int await() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the process did not end; its log:\n" + log());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What it said so far. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
