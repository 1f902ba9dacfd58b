package dev.eddy.app.topics;

import dev.eddy.app.OperationFailedException;
import dev.eddy.config.EddyConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;

/** What a failure of a Kafka client means, in one sentence. */
public final class BrokerFailures {
    private BrokerFailures() {}

    /** The sentence as an exception to throw; a failure of our own is given back as it is. */
    public static RuntimeException sentence(Throwable failure, EddyConfig config) {
        String at = config.bootstrapServers();
        if (failure instanceof OperationFailedException ours) {
            return ours;
        } else if (failure instanceof TimeoutException) {
            return new OperationFailedException(
                    "no Kafka broker answers at " + at + " within " + seconds(config)
                            + " s; start one, for example with" + " 'eddy broker', or set bootstrap.servers",
                    failure);
        } else if (failure instanceof AuthenticationException) {
            return new OperationFailedException(
                    "the broker at " + at
                            + " refuses the login; look at security.protocol and the sasl and ssl settings ("
                            + failure.getMessage() + ")",
                    failure);
        } else if (failure instanceof AuthorizationException) {
            return new OperationFailedException(
                    "the broker at " + at + " does not allow it: " + failure.getMessage(), failure);
        } else if (failure instanceof RecordTooLargeException) {
            return new OperationFailedException(
                    "the record is too large for the broker or the producer: " + failure.getMessage(), failure);
        } else if (failure.getCause() instanceof ConfigException setting) {
            return new OperationFailedException(
                    "cannot set up a Kafka client for " + at + ": " + setting.getMessage(), failure);
        }
        return new OperationFailedException("the broker at " + at + " says: " + failure.getMessage(), failure);
    }

    private static String seconds(EddyConfig config) {
        int millis = config.getInt(EddyConfig.BROKER_TIMEOUT);
        return millis % 1000 == 0 ? Integer.toString(millis / 1000) : Double.toString(millis / 1000.0);
    }
}
