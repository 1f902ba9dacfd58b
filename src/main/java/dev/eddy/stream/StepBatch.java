package dev.eddy.stream;

import dev.eddy.catalogue.LiveDeployment;
import dev.eddy.model.BadEventException;
import dev.eddy.model.Fields;
import dev.eddy.network.LiveModel;
import dev.eddy.network.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Events of different sequences of one model, gathered to be stepped together; the sequences are held in the cache meanwhile.
 * Each event gets the bits it would get alone. Working memory of one thread.
 */
final class StepBatch {
    private final LiveModel model;
    private final WaitingEvents waiting;
    private final int limit;
    private final Network.Scratch scratch;
    private final List<Step> steps = new ArrayList<>(); // grows up to limit
    private final float[][] inputs; // (limit, inputSize)
    private final float[][] states; // (limit, stateSize)
    private final float[][] outputs; // (limit, outputSize)
    private int size;
    private long earliest;

    /** An event whose sequence goes on with its model, and where it is stepped. */
    static final class Step {
        final ModelWorkspace workspace;
        private Event event;
        private StateCache.Entry entry;
        private LiveDeployment deployment;
        private long number;

        Step(ModelWorkspace workspace) {
            this.workspace = workspace;
        }

        Event event() {
            return event;
        }

        /** The sequence before the event. */
        StateCache.Entry entry() {
            return entry;
        }

        LiveDeployment deployment() {
            return deployment;
        }

        /** The event's number, where events have one. */
        long number() {
            return number;
        }
    }

    /** @param limit gathers so many events at most */
    StepBatch(LiveModel model, WaitingEvents waiting, int limit) {
        this.model = model;
        this.waiting = waiting;
        this.limit = limit;
        this.scratch = model.network().newScratch(limit);
        this.inputs = new float[limit][];
        this.states = new float[limit][];
        this.outputs = new float[limit][];
    }

    LiveModel model() {
        return model;
    }

    /** A workspace of the model, free as long as no event is gathered. */
    ModelWorkspace workspace() {
        return step(0).workspace;
    }

    private Step step(int i) {
        if (i == steps.size()) {
            steps.add(new Step(new ModelWorkspace(model, waiting, scratch)));
        }
        return steps.get(i);
    }

    /**
     * Gathers an event.
     *
     * @param entry its sequence: of this model alone and on the deployment, or not begun
     * @throws BadEventException if it cannot be scored; nothing is gathered then
     */
    void add(Event event, Fields fields, long number, StateCache.Entry entry, LiveDeployment deployment) {
        Step step = step(size);
        step.workspace.load(entry, deployment.generation());
        step.workspace.prepare(fields, event.time());
        model.network().require(step.workspace.input); // so that the step of no other event can fail
        step.event = event;
        step.number = number;
        step.entry = entry;
        step.deployment = deployment;
        earliest = size == 0 ? event.time() : Math.min(earliest, event.time());
        size++;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Whether each event is stepped by itself. */
    boolean isOfOne() {
        return limit == 1;
    }

    boolean isFull() {
        return size == limit;
    }

    /** The earliest time of a gathered event. */
    long earliest() {
        return earliest;
    }

    /** How many events are gathered. */
    int size() {
        return size;
    }

    /** Steps the network over what was gathered. */
    void step() {
        if (size == 1) {
            ModelWorkspace workspace = workspace();
            model.network().step(workspace.input, workspace.state.network(), workspace.outputs, scratch);
            return;
        }
        for (int i = 0; i < size; i++) {
            ModelWorkspace workspace = steps.get(i).workspace;
            inputs[i] = workspace.input;
            states[i] = workspace.state.network();
            outputs[i] = workspace.outputs;
        }
        model.network().step(inputs, states, outputs, size, scratch);
    }

    /**
     * Gives out what was stepped; nothing is gathered then.
     *
     * @param taken receives each step, in the order in which the events were gathered
     */
    void takeAll(Consumer<Step> taken) {
        int count = size;
        size = 0;
        for (int i = 0; i < count; i++) {
            Step step = steps.get(i);
            taken.accept(step);
            step.event = null;
            step.entry = null;
        }
    }
}
