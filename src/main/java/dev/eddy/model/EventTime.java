package dev.eddy.model;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/**
 * Event times as people write them: epoch milliseconds, or ISO 8601 such as {@code 2026-03-01T12:00:00.250Z},
 * {@code 2026-03-01 12:00} or {@code 2026-03-01}. Without a zone it is UTC.
 */
public final class EventTime {
    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendPattern("[ ]['T']")
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendPattern("[ ]")
            .appendPattern("[XXX][XX][X]")
            .optionalEnd()
            .toFormatter(Locale.ROOT);

    private EventTime() {}

    /**
     * Reads a time.
     *
     * @return epoch milliseconds, not negative
     * @throws IllegalArgumentException if it is no time or before 1970, which Kafka has no timestamp for
     */
    public static long parse(String text) {
        return requireSince1970(isNumber(text) ? number(text) : isoMillis(text), text);
    }

    /** Whole milliseconds of a number that may have a fraction. */
    public static long ofNumber(double millis) {
        if (!(Math.abs(millis) < 9e15)) {
            throw new IllegalArgumentException("the timestamp " + millis + " is no time in epoch milliseconds");
        }
        return requireSince1970((long) Math.floor(millis), Double.toString(millis));
    }

    /** ISO 8601 in UTC; "the beginning" for the time before all times, {@code Long.MIN_VALUE}. */
    public static String text(long epochMillis) {
        return epochMillis == Long.MIN_VALUE
                ? "the beginning"
                : Instant.ofEpochMilli(epochMillis).toString();
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the timestamp " + digits + " is no time in epoch milliseconds", e);
        }
    }

    private static long isoMillis(String text) {
        try {
            TemporalAccessor time =
                    ISO.parseBest(text.strip(), OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            if (time instanceof OffsetDateTime zoned) {
                return zoned.toInstant().toEpochMilli();
            } else if (time instanceof LocalDateTime local) {
                return local.toInstant(ZoneOffset.UTC).toEpochMilli();
            }
            return LocalDate.from(time).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "the timestamp '" + text + "' is neither epoch milliseconds nor ISO 8601", e);
        }
    }

    private static long requireSince1970(long millis, String text) {
        if (millis < 0) {
            throw new IllegalArgumentException("the timestamp '" + text + "' is before 1970");
        }
        return millis;
    }
}
