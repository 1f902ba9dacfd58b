package dev.eddy.app.bench;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** Ends the broker and deletes the directory of a benchmark, at its end or when the process is told to end before. */
final class Cleanup implements AutoCloseable {
    private final WorkDirectory directory;
    private final Thread hook = new Thread(this::atShutdown, "eddy-bench-cleanup");
    private volatile BrokerProcess broker;
    private volatile boolean shutdown;

    Cleanup(WorkDirectory directory) {
        this.directory = directory;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** From now on there is a broker too. */
    BrokerProcess add(BrokerProcess started) {
        broker = started;
        return started;
    }

    private void atShutdown() {
        shutdown = true;
        closeBroker();
        try {
            directory.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void closeBroker() {
        if (broker != null) {
            broker.close();
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
        closeBroker();
        directory.close();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            awaitShutdown();
        }
    }
}
