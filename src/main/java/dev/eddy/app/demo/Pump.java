package dev.eddy.app.demo;

/**
 * One machine: a motor pump with a duty cycle, a thermal inertia, sensors with noise and an offset of its own, and sooner or
 * later a fault. What a fault does to a single event is no more than what load, time of day or the next machine do; it shows
 * in how the events go on.
 */
final class Pump {
    private static final long DAY = 86_400_000L;
    private static final double COOLEST_HOUR = 4.0 / 24;

    private final String key;
    private final Chance chance;
    private final Health health;
    private final Drift warmth;
    private final Drift hydraulics;
    private final Drift shaking;
    private final double warmer; // °C
    private final double pressureGain;
    private final double vibrationGain;
    private final double flowGain;
    private final double powerGain;
    private double demand;
    private double load;
    private double heat;

    Pump(String key, Chance chance) {
        this.key = key;
        this.chance = chance;
        this.health = new Health(chance);
        this.warmth = new Drift(0.85, chance);
        this.hydraulics = new Drift(0.7, chance);
        this.shaking = new Drift(0.6, chance);
        this.warmer = 4 * chance.gaussian();
        this.pressureGain = 1 + 0.08 * chance.gaussian();
        this.vibrationGain = 1 + 0.15 * chance.gaussian();
        this.flowGain = 1 + 0.08 * chance.gaussian();
        this.powerGain = 1 + 0.06 * chance.gaussian();
        this.demand = chance.uniform(0.4, 1);
        this.load = demand;
        this.heat = heating();
    }

    /** Runs until the next report and reports. */
    FleetEvent next(long time) {
        health.next(chance);
        work();
        boolean burst = chance.happens(0.4);
        return new FleetEvent(
                key, time, temperature(time), pressure(), vibration(burst), flow(), power(), health.truth());
    }

    private void work() {
        if (chance.happens(1 / 30.0)) {
            demand = chance.uniform(0.4, 1);
        }
        load += 0.3 * (demand - load);
        heat += 0.1 * (heating() - heat);
    }

    /** Where the heat of the motor tends to at this load. */
    private double heating() {
        return 26 * load * load + 24 * load * health.severity(Condition.OVERHEATING);
    }

    private double temperature(long time) {
        double phase = Math.floorMod(time, DAY) / (double) DAY - COOLEST_HOUR;
        double ambient = 22 - 5 * StrictMath.cos(2 * StrictMath.PI * phase);
        double friction = 5 * health.severity(Condition.BEARING_WEAR);
        return ambient + warmer + heat + friction + 0.8 * warmth.next(chance) + 0.5 * chance.gaussian();
    }

    private double pressure() {
        double leaking = 1 - 0.22 * health.severity(Condition.LEAK);
        double flutter = 0.3 * health.severity(Condition.CAVITATION) * chance.gaussian();
        double head = (2 + 3.2 * load * load) * leaking + flutter;
        return pressureGain * head + 0.12 * hydraulics.next(chance) + 0.06 * chance.gaussian();
    }

    private double vibration(boolean burst) {
        double wear = 1.1 * health.severity(Condition.BEARING_WEAR);
        double bubbles = burst ? 1.9 * health.severity(Condition.CAVITATION) * chance.uniform(0.5, 1.5) : 0;
        double steady = 1 + 1.1 * load + wear + bubbles;
        return Math.max(0.1, vibrationGain * steady + 0.18 * shaking.next(chance) + 0.14 * chance.gaussian());
    }

    private double flow() {
        double leaking = 1 - 0.14 * health.severity(Condition.LEAK);
        return flowGain * (4 + 46 * load) * leaking + 1.2 * chance.gaussian();
    }

    private double power() {
        double lost = 0.07 * health.severity(Condition.BEARING_WEAR) + 0.04 * health.severity(Condition.OVERHEATING);
        return powerGain * (2.5 + 8.5 * load * Math.sqrt(load)) * (1 + lost) + 0.25 * chance.gaussian();
    }
}
