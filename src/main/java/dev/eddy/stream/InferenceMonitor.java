package dev.eddy.stream;

import dev.eddy.model.BadEventException.Reason;

/** Is told what becomes of every event, on the stream thread; must cost next to nothing. */
public interface InferenceMonitor {
    /** Watches nothing. */
    InferenceMonitor NONE = new InferenceMonitor() {
        @Override
        public void onStep(long nanos) {}

        @Override
        public void onPrediction(long eventTime) {}

        @Override
        public void onRejection(Reason reason) {}
    };

    /** A step was made that took so many nanoseconds. */
    void onStep(long nanos);

    /** A prediction is given out for an event of this time, epoch milliseconds. */
    void onPrediction(long eventTime);

    /** An event was rejected. */
    void onRejection(Reason reason);
}
