package dev.eddy.app.bench;

import dev.eddy.app.OperationFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A directory of a benchmark's own, gone when it is closed. */
final class WorkDirectory implements AutoCloseable {
    private static final int ATTEMPTS = 40;
    private static final long PAUSE_NANOS = 50_000_000L;

    private final Path path;

    /**
     * A new directory.
     *
     * @param parent where it is made
     * @throws OperationFailedException if it cannot be made there
     */
    WorkDirectory(Path parent) {
        try {
            path = Files.createTempDirectory(parent, "eddy-bench-");
        } catch (IOException e) {
            throw new OperationFailedException(
                    "no directory can be made in " + parent + "; name one with --dir that is there and can be written",
                    e);
        }
    }

    Path path() {
        return path;
    }

    /**
     * Sees to it that there is room.
     *
     * @throws OperationFailedException if there is not
     */
    void requireRoom(long bytes) throws IOException {
        long free = Files.getFileStore(path).getUsableSpace();
        if (free < bytes) {
            throw new OperationFailedException(
                    path.getParent() + " has " + (free >> 20) + " MiB free, the benchmark needs " + (bytes >> 20)
                            + " MiB for topics and states; name another disk with --dir");
        }
    }

    /** Bytes of the files below that have this ending. */
    static long size(Path directory, String ending) throws IOException {
        if (!Files.exists(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            long size = 0;
            for (Path file :
                    files.filter(one -> one.toString().endsWith(ending)).toList()) {
                size += Files.size(file);
            }
            return size;
        }
    }

    /** Deletes a directory with all that is in it; again and again for a moment, as somebody may still be writing. */
    static void delete(Path directory) throws IOException {
        for (int attempt = 1; Files.exists(directory); attempt++) {
            try {
                deleteOnce(directory);
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private static void deleteOnce(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause(); // a file that went meanwhile
        }
    }

    @Override
    public void close() throws IOException {
        delete(path);
    }
}
