package dev.eddy.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A length of time as an argument, in milliseconds: a number of them, or {@code 90s}, {@code 30m}, {@code 12h}, {@code 7d}. */
final class Millis implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
        try {
            return text.matches("\\d+")
                    ? Long.parseLong(text)
                    : new PruneCommand.Age().convert(text).toMillis();
        } catch (NumberFormatException | ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is too long; "
                    + Duration.ofMillis(Long.MAX_VALUE).toDays() + " days are the most");
        }
    }
}
