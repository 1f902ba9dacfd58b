package dev.eddy.stream;

import dev.eddy.model.Ending;
import dev.eddy.state.SequenceState;
import dev.eddy.state.StateCodec;

/**
 * When a sequence is over for want of events: once the stream time has reached the latest time of its events plus a period, be
 * it that after which sequences end as they should, or that after which they are given up; the smaller one counts.
 * That is a matter of event times alone. The timer of a sequence only sees to it that somebody looks when no event of its key
 * comes; it is written once for a key and period, not for every event: where the sequence has gone on meanwhile, it is set anew.
 */
final class IdleRule {
    private final long period; // 0: sequences never end by themselves
    private final Ending cause;
    private final Timers timers;

    IdleRule(SequenceRules rules, Timers timers) {
        this.period = rules.period();
        this.cause = rules.cause();
        this.timers = timers;
    }

    /** Why a sequence ends that is over. */
    Ending cause() {
        return cause;
    }

    /** Whether sequences end by themselves at all. */
    boolean isOn() {
        return period > 0;
    }

    /** Whether a sequence is over whose latest event was at some time. */
    boolean isOver(long lastEventTime, long streamTime) {
        return period > 0 && streamTime >= deadline(lastEventTime);
    }

    /** Sees to it that the sequence is looked at in time; called before its state is saved. */
    void watch(byte[] key, SequenceState state) {
        if (period == 0) {
            return;
        }
        long deadline = deadline(state.lastEventTime());
        if (state.timer() == 0 || deadline < state.timer()) {
            forget(key, state.timer());
            timers.set(deadline, key);
            state.setTimer(deadline);
        }
    }

    /** The state of a sequence whose timer was taken, with a new one. */
    byte[] again(byte[] key, byte[] stored) {
        long deadline = deadline(StateCodec.lastEventTime(stored));
        timers.set(deadline, key);
        return StateCodec.withTimer(stored, deadline);
    }

    /** Takes the timer of a sequence back, if it has one. */
    void forget(byte[] key, long timer) {
        if (timer != 0) {
            timers.cancel(timer, key);
        }
    }

    private long deadline(long lastEventTime) {
        return lastEventTime > Long.MAX_VALUE - period ? Long.MAX_VALUE : lastEventTime + period;
    }
}
