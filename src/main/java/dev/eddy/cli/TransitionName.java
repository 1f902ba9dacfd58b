package dev.eddy.cli;

import dev.eddy.catalogue.Transition;
import dev.eddy.catalogue.Transition.Kind;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code reset}, {@code carry}, {@code warm} or {@code warm:N} as an argument.
 *
 * @param warmUp N; null where it is not given
 */
record TransitionName(Kind kind, Integer warmUp) {
    private static final String WARM = "warm:";

    /** Reads it. */
    static final class Converter implements ITypeConverter<TransitionName> {
        @Override
        public TransitionName convert(String text) {
            return switch (text) {
                case "reset" -> new TransitionName(Kind.RESET, null);
                case "carry" -> new TransitionName(Kind.CARRY, null);
                case "warm" -> new TransitionName(Kind.WARM, null);
                default -> warm(text);
            };
        }

        private static TransitionName warm(String text) {
            if (text.startsWith(WARM) && text.substring(WARM.length()).matches("\\d{1,7}")) {
                int events = Integer.parseInt(text.substring(WARM.length()));
                if (events >= 1 && events <= Transition.MAX_WARM_UP) {
                    return new TransitionName(Kind.WARM, events);
                }
            }
            throw new TypeConversionException(
                    "'" + text + "' is not reset, carry, warm or warm:N with N from 1 to " + Transition.MAX_WARM_UP);
        }
    }
}
