package dev.eddy.app.broker;

import dev.eddy.app.OperationFailedException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;

/** The directory of an {@link EmbeddedBroker}: formatted once, then kept, or a temporary one that goes with the broker. */
record BrokerDirectory(Path path, boolean temporary) {
    static BrokerDirectory of(Path path) throws IOException {
        return path == null
                ? new BrokerDirectory(Files.createTempDirectory("eddy-broker-"), true)
                : new BrokerDirectory(Files.createDirectories(path.toAbsolutePath()), false);
    }

    /** Makes the directory one of a Kafka node, if it is not yet. */
    void format() throws IOException {
        requireUnlocked();
        if (isFormatted()) {
            return;
        }
        requireEmpty();
        try (PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(silent)
                    .setNodeId(BrokerSettings.NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setControllerListenerName(BrokerSettings.CONTROLLER)
                    .setMetadataLogDirectory(path.toString())
                    .setDirectories(List.of(path.toString()))
                    .run();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot prepare the directory " + path + " for the broker: " + e.getMessage(), e);
        }
    }

    private boolean isFormatted() {
        return Files.exists(path.resolve("meta.properties"));
    }

    /** Whether the last broker on this directory ended without leaving Kafka's mark of a clean shutdown. */
    boolean isAfterCrash() {
        return isFormatted() && !Files.exists(path.resolve(".kafka_cleanshutdown"));
    }

    /** Kafka holds this lock while it runs; finding it out first spares the user a page of Kafka's stack traces. */
    private void requireUnlocked() throws IOException {
        Path lockFile = path.resolve(".lock");
        if (!Files.exists(lockFile)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                throw inUse();
            }
        } catch (OverlappingFileLockException e) {
            throw inUse();
        }
    }

    private OperationFailedException inUse() {
        return new OperationFailedException("the directory " + path + " is in use by another broker; stop that one, or"
                + " choose another directory");
    }

    private void requireEmpty() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            if (files.anyMatch(file -> !file.endsWith(".lock"))) {
                throw new OperationFailedException(
                        "the directory " + path + " is neither empty nor a broker's; choose" + " another one");
            }
        }
    }

    /** Removes a temporary directory. */
    void release() throws IOException {
        if (!temporary) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
