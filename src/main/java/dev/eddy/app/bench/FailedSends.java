package dev.eddy.app.bench;

import dev.eddy.app.OperationFailedException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Notices records that did not reach the broker; without them a measurement would wait for what cannot come. */
final class FailedSends implements Callback {
    private final AtomicReference<Exception> first = new AtomicReference<>();

    @Override
    public void onCompletion(RecordMetadata metadata, Exception failure) {
        if (failure != null) {
            first.compareAndSet(null, failure);
        }
    }

    /**
     * Call when the producer has been flushed.
     *
     * @throws OperationFailedException if a record did not reach the broker
     */
    void requireNone() {
        if (first.get() != null) {
            throw new OperationFailedException(
                    "not all events could be sent: " + first.get().getMessage()
                            + "; if the machine is busy with other things, try again when it is not",
                    first.get());
        }
    }
}
