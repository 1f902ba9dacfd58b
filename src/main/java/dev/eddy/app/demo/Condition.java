package dev.eddy.app.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is really going on in a machine; the tagger's labels, in the order of its outputs. */
public enum Condition {
    /** Nothing is wrong, or not yet enough for a mechanic to find it. */
    NORMAL,
    /** A bearing wears: vibration creeps up, friction takes power and warms the housing. */
    BEARING_WEAR,
    /** Bubbles collapse in the impeller: vibration comes in bursts, pressure flutters. */
    CAVITATION,
    /** A seal leaks: pressure and delivered flow sink. */
    LEAK,
    /** Cooling is blocked: the motor heats up more and more at the same load. */
    OVERHEATING;

    /** How events and labels spell it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All labels, in order. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Condition::label).toList();
    }
}
