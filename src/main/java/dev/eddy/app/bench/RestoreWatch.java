package dev.eddy.app.bench;

import java.util.concurrent.locks.LockSupport;

/** Watches in a thread of its own how fast stores are restored, from the first fetch to the last. */
final class RestoreWatch implements AutoCloseable {
    private static final long PAUSE_NANOS = 2_000_000L;
    /** A restore of less is mostly waiting for its first fetch. */
    private static final double LEAST_BYTES = 32e6;

    private final Thread thread = new Thread(this::watch, "eddy-bench-restore");
    private volatile boolean closed;
    private double firstBytes;
    private double lastBytes;
    private long firstNanos;
    private long lastNanos;

    RestoreWatch() {
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        while (!closed) {
            double bytes = ClientMeters.bytesRestored();
            long now = System.nanoTime();
            if (bytes > lastBytes) {
                if (lastBytes == 0) {
                    firstBytes = bytes;
                    firstNanos = now;
                }
                lastBytes = bytes;
                lastNanos = now;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Bytes a second; NaN if there were too few to tell. Call when it is closed. */
    double bytesPerSecond() {
        double read = lastBytes - firstBytes;
        return read < LEAST_BYTES ? Double.NaN : read / (lastNanos - firstNanos) * 1e9;
    }

    @Override
    public void close() {
        closed = true;
        while (thread.isAlive()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
