package dev.eddy.state;

import dev.eddy.network.LiveModel;
import dev.eddy.network.Rollout;
import java.util.Arrays;

/**
 * What a sequence carries between events, for one model. Mutable working memory of one thread: the states of many sequences
 * pass through one object.
 */
public final class SequenceState {
    final LiveModel model;
    final float[] network; // (stateSize)
    final float[] remembered; // (rememberedWidth)
    final double[] task; // (taskMemory)
    private int generation;
    private long steps;
    private long lastEventTime;
    private long timer;
    private int waiting;
    private boolean warm;
    private boolean numbered;
    private long number;

    public SequenceState(LiveModel model) {
        this.model = model;
        this.network = new float[model.network().stateSize()];
        this.remembered = new float[model.features().rememberedWidth()];
        this.task = new double[model.taskMemory()];
    }

    /** Back to the state of a sequence that has seen nothing. */
    public void reset(int newGeneration) {
        set(newGeneration, 0, 0, 0, 0);
        warm = false;
        forgetNumber();
        Arrays.fill(network, 0f);
        Arrays.fill(remembered, 0f);
        Arrays.fill(task, Double.NaN);
    }

    void set(int newGeneration, long newSteps, long newLastEventTime, long newTimer, int newWaiting) {
        generation = newGeneration;
        steps = newSteps;
        lastEventTime = newLastEventTime;
        timer = newTimer;
        waiting = newWaiting;
    }

    /** Counts an event of some time; a late one does not take the time back. */
    public void advance(long eventTime) {
        lastEventTime = steps == 0 ? eventTime : Math.max(lastEventTime, eventTime);
        steps++;
    }

    /** Sets whether a transition handed the state over, so that its model answers with a memory. */
    public void setWarm(boolean handedOver) {
        warm = handedOver;
    }

    /** Whether a transition handed the state over; else it began at zero when its model began to answer. */
    public boolean isWarm() {
        return warm;
    }

    /** Sets the number of the last event, by which duplicates are known. */
    public void setNumber(long ofLastEvent) {
        numbered = true;
        number = ofLastEvent;
    }

    /** The events have no numbers. */
    public void forgetNumber() {
        numbered = false;
        number = 0;
    }

    boolean isNumbered() {
        return numbered;
    }

    /** Whether the sequence has seen an event's number: its last event had that one or a later one. */
    public boolean hasSeen(long ofEvent) {
        return numbered && ofEvent <= number;
    }

    long number() {
        return number;
    }

    /** Sets the time of the sequence's timer; 0 for none. */
    public void setTimer(long time) {
        timer = time;
    }

    /** Sets how many of the events seen, the last ones, wait for their answers. */
    public void setWaiting(int events) {
        waiting = events;
    }

    /**
     * Puts the sequence on a deployment that has the same model: its state goes on.
     *
     * @param newGeneration the deployment
     */
    public void moveTo(int newGeneration) {
        generation = newGeneration;
    }

    /** The model the state is of. */
    public LiveModel model() {
        return model;
    }

    /** A sequence that goes on from a copy of this state. */
    public Rollout rollout() {
        return new Rollout(model, network, remembered, task, steps, lastEventTime);
    }

    /** What the task carries from event to event, (taskMemory); NaN before there is anything. */
    public double[] task() {
        return task;
    }

    /** The network's part, (stateSize). */
    public float[] network() {
        return network;
    }

    /** The encoded features kept of the last event, (rememberedWidth). */
    public float[] remembered() {
        return remembered;
    }

    /** Generation of the deployment the sequence is on. */
    public int generation() {
        return generation;
    }

    /** When the sequence is looked at again, in event time; 0 for never. */
    public long timer() {
        return timer;
    }

    /** How many of the events seen, the last ones, wait for their answers. */
    public int waiting() {
        return waiting;
    }

    /** Events this sequence has seen. */
    public long steps() {
        return steps;
    }

    /** The latest time of an event, epoch milliseconds. */
    public long lastEventTime() {
        return lastEventTime;
    }
}
