package dev.eddy.app.demo;

import java.util.List;

/**
 * The life of a machine between repairs: healthy for a while, then one fault that develops over tens of events, stays, and
 * is repaired.
 */
final class Health {
    private static final List<Condition> FAULTS =
            List.of(Condition.BEARING_WEAR, Condition.CAVITATION, Condition.LEAK, Condition.OVERHEATING);

    /** From this severity on a mechanic would find the fault. */
    private static final double FINDABLE = 0.2;

    private Condition fault = Condition.NORMAL;
    private int age; // events since the last repair
    private int onset; // age at which the fault begins
    private int growth; // events until it is fully developed
    private int end; // age at which it is repaired

    Health(Chance chance) {
        repair(chance);
        // Not all machines leave the factory on the first day.
        age = chance.between(0, end);
    }

    private void repair(Chance chance) {
        age = 0;
        fault = FAULTS.get(chance.between(0, FAULTS.size()));
        onset = chance.between(30, 150);
        growth = chance.between(30, 80);
        end = onset + growth + chance.between(20, 60);
    }

    /** Lives through one event. */
    void next(Chance chance) {
        age++;
        if (age >= end) {
            repair(chance);
        }
    }

    /** How far a fault has developed, 0 to 1; 0 for any fault the machine does not have. */
    double severity(Condition condition) {
        return condition == fault ? severity() : 0;
    }

    private double severity() {
        double progress = Math.min(1, Math.max(0, age - onset) / (double) growth);
        return progress * (2 - progress);
    }

    /** What a mechanic would find. */
    Condition truth() {
        return severity() >= FINDABLE ? fault : Condition.NORMAL;
    }
}
