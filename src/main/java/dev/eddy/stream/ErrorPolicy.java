package dev.eddy.stream;

import dev.eddy.state.CorruptStateException;
import dev.eddy.state.OtherKeysException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when a stream thread dies: it is replaced, unless the cause stays (damaged state, no permission, no memory) or
 * threads die too often; then the instance stops, so that whoever watches it notices.
 */
public final class ErrorPolicy implements StreamsUncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorPolicy.class);
    private static final int MOST_DEATHS = 10;
    private static final long WITHIN_NANOS = 300_000_000_000L;

    private final Deque<Long> deaths = new ArrayDeque<>();
    private volatile Throwable fatal;

    @Override
    public synchronized StreamThreadExceptionResponse handle(Throwable failure) {
        long now = System.nanoTime();
        deaths.addLast(now);
        deaths.removeIf(death -> now - death > WITHIN_NANOS);
        Throwable lasting = lasting(failure);
        if (lasting != null || deaths.size() > MOST_DEATHS) {
            LOG.error("a stream thread died and the cause stays; the instance stops", failure);
            fatal = lasting == null ? failure : lasting;
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        LOG.error("a stream thread died; it is replaced, its events are processed again", failure);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** What stopped the instance; null while it goes on. */
    public Throwable fatal() {
        return fatal;
    }

    /** What of the causes of a failure will not go away by itself; null if nothing is known to stay. */
    private static Throwable lasting(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CorruptStateException
                    || cause instanceof OtherKeysException
                    || cause instanceof AuthorizationException
                    || cause instanceof AuthenticationException
                    || cause instanceof Error) {
                return cause;
            }
        }
        return null;
    }
}
