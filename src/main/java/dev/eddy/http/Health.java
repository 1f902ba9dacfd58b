package dev.eddy.http;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * An answer about the instance, asked for anew by every request.
 *
 * @param isGood whether all is well
 * @param reason why it is or is not, in one line for a person
 */
public record Health(BooleanSupplier isGood, Supplier<String> reason) {}
