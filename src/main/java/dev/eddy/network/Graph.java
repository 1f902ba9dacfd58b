package dev.eddy.network;

/**
 * One step of a network as a graph that another engine runs. Immutable and shared by all threads; it lives as long as it, or a
 * {@link Runner} of it, is reachable.
 */
public interface Graph {
    /** Numbers of the answer. */
    int outputSize();

    /** The engine and its version, for people. */
    String engine();

    /** Working memory for one thread. */
    Runner newRunner();

    /** Runs steps, for one thread. */
    interface Runner {
        /**
         * One step. If it fails, the state is as it was.
         *
         * @param raw    the encoded event: the numbers of all inputs, one after the other
         * @param state  begins with the states, one after the other: those before, then those after the step
         * @param output receives the answer, (outputSize)
         * @throws dev.eddy.model.BadEventException if the graph has no answer to this event
         */
        void run(float[] raw, float[] state, float[] output);
    }
}
