package dev.eddy.app.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One report of one machine, rounded as a sensor would.
 *
 * @param machine     the key of its sequence
 * @param timestamp   event time, epoch milliseconds
 * @param temperature of the housing, °C
 * @param pressure    at the outlet, bar
 * @param vibration   velocity, mm/s
 * @param flow        delivered, m³/h
 * @param power       drawn, kW
 * @param truth       the real condition, which no model reads
 */
public record FleetEvent(
        String machine,
        long timestamp,
        double temperature,
        double pressure,
        double vibration,
        double flow,
        double power,
        Condition truth) {

    /** The fields a model may read. */
    public static final List<String> SENSORS = List.of("temperature", "pressure", "vibration", "flow", "power");

    private static final JsonMapper JSON = new JsonMapper();

    public FleetEvent {
        temperature = decimal(temperature, 2).doubleValue();
        pressure = decimal(pressure, 3).doubleValue();
        vibration = decimal(vibration, 3).doubleValue();
        flow = decimal(flow, 2).doubleValue();
        power = decimal(power, 2).doubleValue();
    }

    /** The sensors' fields. */
    public Map<String, Object> fields() {
        return Map.of(
                "temperature", temperature, "pressure", pressure, "vibration", vibration, "flow", flow, "power", power);
    }

    /** The value of the record, a JSON object in UTF-8: the sensors' fields and {@code truth}. */
    public byte[] value() {
        return text(withSensors(JsonNodeFactory.instance.objectNode())).getBytes(StandardCharsets.UTF_8);
    }

    /** The whole event as one line of JSON: {@code key}, {@code timestamp} and what {@link #value} has. */
    public String line() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("key", machine).put("timestamp", timestamp);
        return text(withSensors(node));
    }

    private ObjectNode withSensors(ObjectNode node) {
        // Decimals, because the text of a double differs between Java releases.
        return node.put("temperature", decimal(temperature, 2))
                .put("pressure", decimal(pressure, 3))
                .put("vibration", decimal(vibration, 3))
                .put("flow", decimal(flow, 2))
                .put("power", decimal(power, 2))
                .put("truth", truth.label());
    }

    private static String text(ObjectNode node) {
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree always has a JSON form", e);
        }
    }

    private static BigDecimal decimal(double value, int places) {
        return new BigDecimal(value).setScale(places, RoundingMode.HALF_EVEN);
    }
}
