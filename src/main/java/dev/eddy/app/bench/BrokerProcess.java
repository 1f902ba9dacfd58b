package dev.eddy.app.bench;

import dev.eddy.app.OperationFailedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A broker in a JVM of its own, so that its processor time and its garbage are not the stream's. */
final class BrokerProcess implements AutoCloseable {
    private static final long CLOSE_SECONDS = 10;

    private final Process process;
    private final String bootstrapServers;

    /**
     * Starts one and waits until it answers.
     *
     * @param directory for its topics and its log
     * @throws OperationFailedException if it does not start; the message has the last line of its log
     */
    BrokerProcess(Path directory) throws IOException {
        Path log = directory.resolve("broker.log");
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerMain.class.getName(),
                        directory.resolve("broker").toString())
                .redirectError(log.toFile())
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        bootstrapServers = out.readLine();
        if (bootstrapServers == null) {
            process.destroyForcibly();
            List<String> lines = Files.readAllLines(log);
            throw new OperationFailedException("the broker of the benchmark does not start"
                    + (lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1)));
        }
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it at once; what it wrote is thrown away anyway. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
