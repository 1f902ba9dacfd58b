package dev.eddy.app.bench;

import dev.eddy.app.OperationFailedException;
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
    private final Path directory;
    private final Path log;
    private String bootstrapServers;

    /**
     * Starts one.
     *
     * @param directory for its topics and its log
     */
    BrokerProcess(Path directory) throws IOException {
        this.directory = directory;
        log = directory.resolve("broker.log");
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerMain.class.getName(),
                        directory.resolve("broker").toString())
                .redirectError(log.toFile())
                .start();
    }

    /**
     * Waits until it answers.
     *
     * @throws OperationFailedException if it does not start; the message has the last line of its log
     */
    void awaitStart() throws IOException {
        bootstrapServers = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (bootstrapServers == null) {
            throw new OperationFailedException("the broker of the benchmark does not start" + lastWords());
        }
    }

    private String lastWords() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1);
    }

    /** What clients set as {@code bootstrap.servers}. */
    String bootstrapServers() {
        return bootstrapServers;
    }

    /**
     * Sees to it that it still runs.
     *
     * @throws OperationFailedException if it does not
     */
    void requireAlive() {
        if (!isAlive()) {
            throw new OperationFailedException("the broker of the benchmark has ended; perhaps " + directory.getParent()
                    + " is full, name another disk with --dir");
        }
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
