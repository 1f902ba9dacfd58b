package dev.eddy.artifact.onnx;

import java.util.List;

/**
 * A tensor that depends on the graph's inputs. Each element refers to an output of an {@link Expressions expression} at one
 * point of time and batch.
 *
 * @param refs   for each element, row-major, where it comes from
 * @param moment at which points of time it stands
 */
record Series(List<Axis> axes, long[] refs, Moment moment) implements Value {
    /** Points of time. */
    enum Moment {
        /** Does not depend on time: zeros of a shape computed in the graph. */
        ALWAYS,
        /** Before the first step: a state that is an input of the graph. */
        START,
        /** At every step. */
        EVERY,
        /** Behind the last step only; of what reads backward, behind the first one, which it reads last. */
        LAST
    }

    @Override
    public Series pick(List<Axis> newAxes, int[] places) {
        if (places == null) {
            return new Series(newAxes, refs, moment);
        }
        long[] picked = new long[places.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = refs[places[i]];
        }
        return new Series(newAxes, picked, moment);
    }

    Series at(Moment newMoment) {
        return new Series(axes, refs, newMoment);
    }
}
