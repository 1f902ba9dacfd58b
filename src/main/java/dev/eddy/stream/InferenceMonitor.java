package dev.eddy.stream;

import dev.eddy.model.BadEventException.Reason;

/** Is told what becomes of every event, on the stream thread; must cost next to nothing. */
public interface InferenceMonitor {
    /** Watches nothing. */
    InferenceMonitor NONE = new InferenceMonitor() {
        @Override
        public void onStep(long nanos, long eventTime) {}

        @Override
        public void onRejection(Reason reason) {}
    };

    /**
     * A step was made.
     *
     * @param nanos     time of the step alone, nanoseconds
     * @param eventTime time of the event, epoch milliseconds
     */
    void onStep(long nanos, long eventTime);

    /** An event was rejected. */
    void onRejection(Reason reason);
}
