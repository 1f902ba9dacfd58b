package dev.eddy.app.bench;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** Ends the broker and deletes the directory of a benchmark, at its end or when the process is told to end before. */
final class Cleanup implements AutoCloseable {
    private final WorkDirectory directory;
    private final Thread hook = new Thread(this::atShutdown, "eddy-bench-cleanup");
    private volatile BenchStage stage;
    private volatile boolean shutdown;

    Cleanup(WorkDirectory directory) {
        this.directory = directory;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** From now on there is a broker too. */
    BenchStage add(BenchStage started) {
        stage = started;
        return started;
    }

    private void atShutdown() {
        shutdown = true;
        if (stage != null) {
            stage.kill();
        }
        try {
            directory.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Whatever failed because of a shutdown is not worth a word: waits for the end of the process. */
    void awaitShutdown() {
        while (shutdown) {
            LockSupport.park();
        }
    }

    @Override
    public void close() throws IOException {
        awaitShutdown();
        if (stage != null) {
            stage.close();
        }
        directory.close();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            awaitShutdown();
        }
    }
}
