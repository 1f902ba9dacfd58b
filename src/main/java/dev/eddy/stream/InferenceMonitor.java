package dev.eddy.stream;

import dev.eddy.catalogue.Deployment;
import dev.eddy.model.BadEventException.Reason;
import dev.eddy.model.Ending;
import dev.eddy.model.ModelId;
import dev.eddy.telemetry.LabelFate;
import dev.eddy.telemetry.Measurements.Role;
import dev.eddy.telemetry.Score;

/** Is told what becomes of every event, on the stream thread; must cost next to nothing. What it does not want it ignores. */
public interface InferenceMonitor {
    /** Watches nothing. */
    InferenceMonitor NONE = new InferenceMonitor() {};

    /** Events were taken in, so many. */
    default void onSteps(int events) {}

    /**
     * The network was timed; where it steps events one by one, at some of them only.
     *
     * @param events how many it stepped together, each of another sequence
     * @param nanos  what it took for all of them
     */
    default void onTimedStep(int events, long nanos) {}

    /**
     * What the cache of a task's states did since it was told last.
     *
     * @param hits       keys it had
     * @param misses     keys it had not
     * @param byteChange by how much more memory it takes
     */
    default void onCache(long hits, long misses, long byteChange) {}

    /** A prediction is given out for an event of this time, epoch milliseconds. */
    default void onPrediction(long eventTime) {}

    /** An event was rejected. */
    default void onRejection(Reason reason) {}

    /** An event that was taken in and waited for its answer can have none. */
    default void onAbandoned(Reason reason) {}

    /** A model that runs beside the one that answers could not take an event; its state is as it was. */
    default void onShadowRejection(ModelId model, Reason reason) {}

    /** An event came late and was put in its place among the others. */
    default void onReordered() {}

    /** An event came too late to be put in its place; it is stepped as it comes, or rejected. */
    default void onLate() {}

    /** An event was dropped because its sequence has seen its number, or a later one, already. */
    default void onDuplicate() {}

    /** A model was measured at an event, in its role under a deployment. */
    default void onScore(int generation, Role role, ModelId model, Score score) {}

    /** The champion of a deployment and its challenger were both measured at an event. */
    default void onPair(int generation, ModelId champion, Score first, ModelId challenger, Score second) {}

    /** A label came. */
    default void onLabel(LabelFate fate) {}

    /**
     * More or fewer sequences are answered by a model here.
     *
     * @param model  the first 16 bytes of its fingerprint, in hexadecimal digits
     * @param change by how many
     */
    default void onSequences(String model, long change) {}

    /** A deployment is in force for an event, of this time, for the first time in this task. */
    default void onInForce(Deployment deployment, long eventTime) {}

    /** A sequence is over. */
    default void onEnd(Ending cause) {}
}
